"""What is kept of a facility by version is never older than its last import."""

from __future__ import annotations

import pytest
from flask import Flask

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from tests.integration.facilities.accounts import CLI, SMALL, import_text

TEXT = SMALL.format(code="LCT")
HOURS = '[[hours]]\nday = "monday"\nopens = 09:00:00\ncloses = 18:00:00\n\n[[classes]]'


@pytest.fixture(autouse=True)
def imported(app: Flask) -> None:
    import_text(TEXT)


def version() -> int:
    db.session.rollback()
    return queries.get_facility(db.session, "LCT").version


def test_nothing_is_new_when_the_same_file_comes_again() -> None:
    before = version()
    import_text(TEXT)
    assert version() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('grade = "B"\n', 'grade = "C"\n'),
        ('name = "Room 1"', 'name = "Room one"'),
        ("setup_minutes = 360", "setup_minutes = 30"),
        ("[[classes]]", HOURS),
        ('name = "Invented LCT"', 'name = "Renamed"'),
    ],
    ids=["grade", "name", "class", "hours", "facility"],
)
def test_change_is_seen_at_once_when_an_import_made_it(old: str, new: str) -> None:
    before, seen = version(), queries.standing(db.session, "LCT")
    import_text(TEXT.replace(old, new, 1))
    assert version() == before + 1
    assert queries.standing(db.session, "LCT") != seen


def test_nothing_is_kept_when_the_import_that_read_it_failed() -> None:
    seen = queries.standing(db.session, "LCT")
    changed = TEXT.replace('grade = "B"\n', 'grade = "C"\n', 1)

    def fail(unit: work.Work) -> None:
        services.import_facility(unit, changed)
        queries.standing(unit.session, "LCT")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work.run(CLI, "facilities:facility:imported", "test", fail)
    db.session.rollback()
    assert queries.standing(db.session, "LCT") == seen
    import_text(TEXT.replace('name = "Room 1"', 'name = "Another"'))
    found = queries.standing(db.session, "LCT").resources["LCT-CR1"]
    assert (found.grade, found.name) == ("B", "Another")
