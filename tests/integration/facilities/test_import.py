"""Import and export: all or nothing, in place, versions kept, the same bytes back."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from hypothesis import given, settings
from sqlalchemy import select

from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.rules import document
from hkbio_gmp.facilities.rules.document import FacilityDocument
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.kernel.events import ValidityEnded, subscribe
from hkbio_gmp.kernel.findings import Finding
from tests.integration.facilities.accounts import import_shipped, import_text
from tests.unit.facilities.documents import documents

SHIPPED = services.shipped_facility("LCT")


def entries() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(AuditEntry.seq)).all())


def exported() -> str:
    db.session.rollback()
    return services.export_facility(db.session, "LCT")


@pytest.mark.parametrize("code", ["LCT", "CUHK"])
def test_export_is_the_same_bytes_when_imported_again(app: Flask, code: str) -> None:
    import_shipped(code)
    first = services.export_facility(db.session, code)
    written = entries()
    import_text(first)
    assert services.export_facility(db.session, code) == first
    assert entries() == written


@given(documents())
@settings(max_examples=6)
def test_export_gives_back_any_document_when_it_was_imported(
    app: Flask, made: FacilityDocument
) -> None:
    text = document.write(made)
    try:
        import_text(text)
    except NotValid as refused:
        assert all("leaves it out" in str(error.message) for error in refused.errors)
        return
    db.session.rollback()
    back = services.export_facility(db.session, "ABC")
    import_text(back)
    assert services.export_facility(db.session, "ABC") == back


def test_nothing_changes_when_the_file_is_invalid(app: Flask) -> None:
    import_shipped()
    before, written = exported(), entries()
    wrong = SHIPPED.replace('name = "Cell processing room 1"', 'name = "Renamed"').replace(
        'grade = "D"', 'grade = "E"'
    )
    with pytest.raises(NotValid) as refused:
        import_text(wrong)
    assert refused.value.errors[0].field.startswith("line ")
    assert exported() == before
    assert entries() == written


def test_resource_changes_in_place_when_the_file_renames_it(app: Flask) -> None:
    import_shipped()
    before = queries.get_resource(db.session, "LCT-CR1").id
    import_text(SHIPPED.replace("Cell processing room 1", "Renamed"))
    after = queries.get_resource(db.session, "LCT-CR1")
    assert (after.id, after.name) == (before, "Renamed")
    assert queries.rules_version(db.session, "LCT") == 1


def test_new_version_is_made_and_the_old_kept_when_the_matrix_changes(app: Flask) -> None:
    import_shipped()
    import_text(SHIPPED.replace("minutes = 2880", "minutes = 3000", 1))
    db.session.rollback()
    assert queries.rules_version(db.session, "LCT") == 2
    pair = ("lentiviral_vector", "lentiviral_vector", False)
    minutes = [
        queries.changeover_matrix(db.session, "LCT", version).rows[pair].minutes
        for version in (1, 2, None)
    ]
    assert minutes == [2880, 3000, 3000]
    assert len(queries.list_rule_sets(db.session, "LCT")) == 2


def without_room_two() -> str:
    start = SHIPPED.index('[[equipment]]\ncode = "LCT-CP2"')
    end = SHIPPED.index("[[equipment]]", start + 1)
    return SHIPPED[:start] + SHIPPED[end:]


def test_import_is_refused_when_the_file_leaves_a_resource_out(app: Flask) -> None:
    import_shipped()
    with pytest.raises(NotValid) as refused:
        import_text(without_room_two())
    [error] = refused.value.errors
    assert "LCT-CP2" in str(error.message)
    assert "retired" in str(error.remedy)


def test_resource_is_retired_and_told_when_the_file_says_so(app: Flask) -> None:
    heard: list[ValidityEnded] = []

    def listen(_work: object, event: ValidityEnded) -> list[Finding]:
        heard.append(event)
        return []

    subscribe(ValidityEnded, listen)
    import_shipped()
    text = SHIPPED.replace('code = "LCT-CP2"\n', 'code = "LCT-CP2"\nstate = "retired"\n')
    import_text(text)
    db.session.rollback()
    assert queries.get_resource(db.session, "LCT-CP2").state == "retired"
    assert "LCT-CP2" not in {row.code for row in queries.list_resources(db.session, "LCT")}
    told = [event for event in heard if event.subject_code == "LCT-CP2"]
    assert [event.subject_type for event in told] == ["resource"]


def test_import_is_refused_when_a_room_becomes_equipment(app: Flask) -> None:
    import_shipped()
    text = (
        SHIPPED.replace('code = "LCT-CP2"', 'code = "LCT-PD2"')
        .replace('[[rooms]]\ncode = "LCT-PD2"', '[[rooms]]\ncode = "LCT-PD9"')
        .replace('room = "LCT-PD2"', 'room = "LCT-PD9"')
    )
    with pytest.raises(NotValid) as refused:
        import_text(text)
    assert any("is known as room" in str(error.message) for error in refused.value.errors)


def test_facts_are_plain_when_booking_asks(app: Flask) -> None:
    import_shipped()
    facts = queries.resource_facts(db.session, "LCT")
    assert facts["LCT-CR1"].air_zone == "LCT-Z1" == facts["LCT-BSC-01"].air_zone
    assert facts["LCT-BSC-01"].room == "LCT-CR1"
    assert facts["LCT-CP1"].bookable
    assert {row.grade for row in queries.list_resources(db.session, "LCT", "room")} == set("BCD")
    assert [row.code for row in queries.list_resources(db.session, "LCT", "room", "D")] == [
        "LCT-PD2"
    ]
    classes = queries.class_facts(db.session, "LCT")
    assert classes["lentiviral_vector"].live_organism
    rules = queries.segregation_rules(db.session, "LCT")
    assert rules.find("zone", "gene_modified_cell", "lentiviral_vector") is not None


def test_closed_days_hold_holidays_and_closures_when_asked(app: Flask) -> None:
    import_shipped()
    found = queries.closed_days(db.session, "LCT", date(2027, 8, 15), date(2027, 10, 1))
    assert len([item for item in found if "shutdown" in item.name]) == 7
    assert date(2027, 10, 1) in {item.day for item in found}


def test_six_rooms_are_listed_when_cuhk_is_imported(app: Flask) -> None:
    import_shipped("CUHK")
    rooms = queries.list_resources(db.session, "CUHK", "room")
    assert [room.code for room in rooms] == [f"CUHK-R{n}" for n in range(1, 7)]
    assert len({room.air_zone_id for room in rooms}) == 6


def test_absent_facility_is_not_found_when_exported(app: Flask) -> None:
    with pytest.raises(NotFound):
        services.export_facility(db.session, "NONE")
