"""The databases' own walls: rows written past every rule of the service."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, InternalError

from hkbio_gmp.booking import services
from hkbio_gmp.booking.models import Allocation
from hkbio_gmp.booking.services.writing import guarded
from hkbio_gmp.kernel.errors import SlotTaken
from hkbio_gmp.kernel.timerange import TimeRange
from tests.integration.booking import world

SET_UP, TURNAROUND = timedelta(hours=6), timedelta(hours=8)


def row(
    unit: world.Work, reference: str, starts: datetime, hours: float, **changes: object
) -> Allocation:
    """An allocation of the booking's first room at another time, as no service would write it."""
    booking = unit.session.query(world.Booking).filter_by(reference=reference).one()
    like = booking.sessions[0].allocations[0]
    ends = starts + timedelta(hours=hours)
    values = {
        "session": booking.sessions[0],
        "booking": booking,
        "facility_id": like.facility_id,
        "calendar_id": unit.lock([("resource", world.ROOM)])["resource", world.ROOM],
        "resource": world.ROOM,
        "process_class": like.process_class,
        "series": like.series,
        "starts": starts,
        "ends": ends,
        "occupied_from": starts - SET_UP,
        "occupied_until": ends + TURNAROUND,
        "holds": True,
        "rules_version": like.rules_version,
        **changes,
    }
    return Allocation(**values)


def write(reference: str, starts: datetime, hours: float = 8, **changes: object) -> None:
    world.act(
        world.CLI, lambda unit: unit.session.add(row(unit, reference, starts, hours, **changes))
    )


@pytest.fixture
def two(lab: Flask) -> tuple[str, str]:
    """A booking a fortnight ahead, and another startup's far from it."""
    return world.ask(world.wish(14)), world.ask_b(world.wish(40, project="STARTUP-B-P2"))


def test_overlap_is_refused_when_written_past_the_service(two: tuple[str, str]) -> None:
    with pytest.raises((IntegrityError, InternalError), match=r"overlap|changeover"):
        write(two[1], world.at(14, 12))


def test_overlap_is_refused_when_both_are_of_one_booking(two: tuple[str, str]) -> None:
    with pytest.raises((IntegrityError, InternalError), match=r"booking_overlap|ex_allocation"):
        write(two[0], world.at(14, 12))


def test_changeover_is_refused_when_written_past_the_service(two: tuple[str, str]) -> None:
    with pytest.raises((IntegrityError, InternalError), match="booking_changeover"):
        write(two[1], world.at(15, 9), process_class="autologous_cell")


def test_changeover_is_refused_when_written_before_the_other(two: tuple[str, str]) -> None:
    with pytest.raises((IntegrityError, InternalError), match="booking_changeover"):
        write(two[1], world.at(10), 8, process_class="lentiviral_vector",
              occupied_from=world.at(10), occupied_until=world.at(10, 17) + TURNAROUND)  # fmt: skip
        write(two[1], world.at(12, 9), process_class="lentiviral_vector")


@pytest.mark.parametrize("hours", [24, 240])
def test_row_is_taken_when_the_gap_is_kept(two: tuple[str, str], hours: int) -> None:
    write(two[1], world.at(14, 17) + timedelta(hours=hours), process_class="autologous_cell")


def test_one_minute_is_refused_when_it_is_missing(two: tuple[str, str]) -> None:
    with pytest.raises((IntegrityError, InternalError), match="booking_changeover"):
        write(two[1], world.at(14, 17) + timedelta(hours=23, minutes=59),
              process_class="autologous_cell")  # fmt: skip


def test_row_is_refused_when_it_comes_to_hold_again(two: tuple[str, str]) -> None:
    write(two[1], world.at(14, 12), holds=False)

    def hold(unit: world.Work) -> None:
        unit.session.query(Allocation).filter_by(holds=False).one().holds = True

    with pytest.raises((IntegrityError, InternalError), match=r"overlap|changeover"):
        world.act(world.CLI, hold)


def test_row_is_refused_when_it_falls_on_an_outage(two: tuple[str, str]) -> None:
    manager = world.who("manager@lct.example")
    when = TimeRange(world.at(60, 8), world.at(60, 12))
    world.act(
        manager.actor,
        lambda unit: services.plan_outage(unit, manager, world.ROOM, when, "planned"),
        "filter",
    )
    with pytest.raises((IntegrityError, InternalError), match="booking_outage"):
        write(two[1], world.at(60))


def test_refusal_is_the_services_own_when_the_database_refuses(two: tuple[str, str]) -> None:
    def command(unit: world.Work) -> None:
        with guarded(unit):
            unit.session.add(row(unit, two[1], world.at(14, 12), 8))

    with pytest.raises(SlotTaken) as refused:
        world.act(world.CLI, command)
    assert two[0] not in str(refused.value) and refused.value.__suppress_context__
