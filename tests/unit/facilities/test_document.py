"""The facility file: read with every problem at once, written in one canonical form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from hkbio_gmp.facilities.rules import consistency, document
from hkbio_gmp.facilities.rules.document import FacilityDocument
from hkbio_gmp.facilities.services import shipped_codes, shipped_facility
from hkbio_gmp.kernel.errors import FieldError
from tests.unit.facilities.documents import documents


def problems_of(text: str) -> list[FieldError]:
    read, problems = document.parse(text)
    if read is not None:
        consistency.check(read, problems)
    return problems.in_order()


def mended(*changes: tuple[str, str]) -> str:
    text = shipped_facility("LCT")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@given(documents())
@settings(max_examples=40)
def test_document_is_the_same_when_written_and_read(made: FacilityDocument) -> None:
    read, problems = document.parse(document.write(made))
    assert problems.in_order() == []
    assert read == made


@given(documents())
@settings(max_examples=40)
def test_no_problem_is_reported_when_the_document_is_in_order(made: FacilityDocument) -> None:
    assert problems_of(document.write(made)) == []


@pytest.mark.parametrize("code", ["LCT", "CUHK"])
def test_shipped_file_is_in_order_when_checked(code: str) -> None:
    assert code in shipped_codes()
    assert problems_of(shipped_facility(code)) == []


def test_line_field_and_remedy_are_named_when_a_grade_is_unknown() -> None:
    text = mended(('grade = "B"', 'grade = "E"'))
    [error] = problems_of(text)
    line = text.split("\n").index('grade = "E"') + 1
    assert error.field == f"line {line}, rooms.grade"
    assert "B, C, D, CNC" in str(error.remedy)


def test_all_problems_come_at_once_when_several_fields_are_wrong() -> None:
    found = problems_of(
        mended(
            ('grade = "B"', 'grade = "E"'),
            ("capacity = 3", 'capacity = "three"'),
            ('containment = "BSL-2"\n', 'colour = "blue"\n'),
        )
    )
    assert {error.field.split(", ")[1] for error in found} == {
        "rooms.grade",
        "rooms.capacity",
        "rooms.colour",
    }


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("format = 1", "format = 2", "format"),
        ('zone = "Asia/Hong_Kong"', 'zone = "Mars/Olympus"', "facility.zone"),
        ('code = "LCT"', 'code = "SYSTEM"', "facility.code"),
        ('code = "LCT-CR2"', 'code = "LCT-CR1"', "rooms.code"),
        ('code = "LCT-CR2"', 'code = "CR2"', "rooms.code"),
        ('zone = "LCT-Z2"', 'zone = "LCT-Z9"', "rooms.zone"),
        ('room = "LCT-CR2"', 'room = "LCT-XX"', "equipment.room"),
        ("opens = 09:00:00", "opens = 19:00:00", "hours.closes"),
        ('day = "tuesday"', 'day = "monday"', "hours.opens"),
        ("last = 2027-08-22", "last = 2027-08-02", "closures.last"),
        ('to = "lentiviral_vector"', 'to = "plasmid"', "changeover.to"),
        ('code = "training"', 'code = "Training"', "classes.code"),
        ("setup_minutes = 360", "setup_minutes = -1", "classes.setup_minutes"),
        ("first = 2027-08-16", 'first = "soon"', "closures.first"),
        ("demonstration = true", "demonstration = 1", "facility.demonstration"),
        ('name_zh = "細胞處理室1"', 'name_zh = " "', "rooms.name_zh"),
    ],
)
def test_field_is_named_when_it_does_not_fit(old: str, new: str, field: str) -> None:
    assert field in {error.field.split(", ")[1] for error in problems_of(mended((old, new)))}


def test_uncovered_pairs_are_named_when_the_last_row_is_missing() -> None:
    text = shipped_facility("LCT")
    last = text.rindex('[[changeover]]\nfrom = "*"')
    end = text.index("[[segregation]]")
    [error] = problems_of(text[:last] + text[end:])
    assert "No changeover for" in str(error.message)
    assert "“*”" in str(error.remedy)


def test_line_is_named_when_the_file_is_not_toml() -> None:
    [error] = problems_of("format = 1\n\n[facility\n")
    assert error.field == "line 3, file"


@pytest.mark.parametrize("text", ["", "format = 1", "facility = 3", "[[facility]]\n", "a" * 5000])
def test_problems_are_reported_when_the_file_holds_no_facility(text: str) -> None:
    assert problems_of(text)


def test_segregation_is_refused_when_it_names_three_classes() -> None:
    found = problems_of(
        mended(('classes = ["lentiviral_vector", "autologous_cell"]', 'classes = ["training"]'))
    )
    assert [error.field.split(", ")[1] for error in found] == ["segregation.classes"]
