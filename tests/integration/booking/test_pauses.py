"""A class that was not made for long needs simulations first; on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.booking.models import BookingFlag
from hkbio_gmp.booking.services.evaluation import viewer_of
from hkbio_gmp.booking.services.reading import readiness
from hkbio_gmp.booking.services.slots import SlotQuery
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work
from tests.integration.booking import world

RULE = "process_simulation"
QUIET = {"operators": ("operator@a.example",)}
APRIL, AUTUMN = 86, 282
"""Days after the world's Monday: 31 March, and 13 October 2027, more than six months later."""


def ask(days: float) -> str:
    return world.ask(world.wish(days, **QUIET))  # type: ignore[arg-type]


def told(reference: str, days: float = 0) -> list[tuple[str, int]]:
    """What is said of the pause so many days after the world's Monday: severity and results."""
    db.session.rollback()
    with clock.frozen(world.at(days)):
        found = readiness(db.session, None, world.stored(reference), clock.now()).findings
    return [(str(f.severity), f.message.values["there"]) for f in found if f.rule == RULE]  # type: ignore[misc]


def suspend(*until: date) -> None:
    """Suspend simulations of the facility by their last day, as quality does."""

    def command(unit: Work) -> None:
        for day in until:
            name = f"LCT-process_aps-LCT-{day}"
            unit.session.query(Certificate).filter_by(reference=name).one().state = "suspended"
        unit.announce(
            ValidityEnded(
                "facility", "LCT", "LCT", "failed", "certificate", "certificate:process_aps"
            )
        )

    world.act(world.CLI, command)


def test_class_is_made_anew_when_three_simulations_have_passed(lab: Flask) -> None:
    assert told(ask(14)) == [("ok", 3)]


def test_simulation_is_asked_for_when_half_a_year_went_by(lab: Flask) -> None:
    first, later = ask(APRIL), ask(AUTUMN)
    assert told(first) == [("ok", 3)]
    assert told(later) == [("warn", 0)]
    # seven days before the slot is the last day to mend it
    assert told(later, AUTUMN - 7) == [("warn", 0)]
    assert told(later, AUTUMN - 6) == [("block", 0)]


def test_nothing_is_asked_for_when_another_startup_made_the_class_meanwhile(lab: Flask) -> None:
    ask(APRIL)
    other = world.wish(APRIL + 60, project="STARTUP-B-P2", batch="STARTUP-B-P2-B1", room="LCT-CR2")
    world.ask(other, "requester@b.example")
    assert told(ask(AUTUMN)) == []


def test_pause_begins_earlier_when_what_lay_between_is_cancelled(lab: Flask) -> None:
    ask(APRIL)
    between, later = ask(APRIL + 60), ask(AUTUMN)
    assert told(later) == []
    person = world.who("requester@a.example")
    world.act(
        person.actor,
        lambda unit: services.cancel_booking(unit, person, between, None).id,
        "not needed",
    )
    assert told(later) == [("warn", 0)]


@pytest.mark.parametrize(("days", "warned"), [(APRIL + 100, False), (AUTUMN - 2, True)])
def test_finder_warns_of_the_pause_when_its_slots_lie_beyond(
    lab: Flask, days: int, warned: bool
) -> None:
    ask(APRIL)
    query = SlotQuery(
        process_class="gene_modified_cell",
        length=timedelta(hours=8),
        window=TimeRange(world.at(APRIL - 5, 0), world.at(days + 5, 0)),
        facilities=("LCT",),
        organisation="STARTUP-A",
        near=world.at(days),
    )
    db.session.rollback()
    viewer = viewer_of(world.who("requester@a.example"))
    found = services.find_slots(db.session, viewer, query, world.NOW).slots
    assert found and {RULE in {f.rule for f in slot.findings} for slot in found} == {warned}


def test_booking_is_flagged_when_a_simulation_fails(lab: Flask) -> None:
    reference = ask(14)
    suspend(date(2027, 12, 29), date(2027, 12, 30))
    jobs.reexamine()
    db.session.rollback()
    flags = db.session.query(BookingFlag).all()
    assert {(f.booking.reference, f.rule) for f in flags} == {
        (reference, RULE),
        (reference, "certificate:process_aps"),
    }


@pytest.mark.parametrize("cabinet", ["LCT-BSC-01"])
def test_booking_is_flagged_when_what_stands_in_its_room_fails(lab: Flask, cabinet: str) -> None:
    reference = ask(14)

    def command(unit: Work) -> None:
        name = f"LCT-bsc_certification-{cabinet}-2027-12-31"
        unit.session.query(Certificate).filter_by(reference=name).one().state = "suspended"
        rule = "certificate:bsc_certification"
        unit.announce(ValidityEnded("resource", cabinet, "LCT", "failed", "certificate", rule))

    world.act(world.CLI, command)
    jobs.reexamine()
    db.session.rollback()
    (flag,) = db.session.query(BookingFlag).all()
    assert (flag.booking.reference, flag.subject) == (reference, cabinet)
