"""How a facility's rooms were used: two statements a facility, whatever the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState
from hkbio_gmp.booking.models import Allocation, Booking, BookingSession, Outage
from hkbio_gmp.booking.queries.occupied import rule_book
from hkbio_gmp.booking.queries.period import touching
from hkbio_gmp.booking.rules.occupancy import RuleBook, Use, gap
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules.facts import ResourceFacts
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.timerange import TimeRange, day_start, local_date
from hkbio_gmp.reporting.rules.budget import (
    Away,
    Budget,
    Stretch,
    Taken,
    budget,
    clipped,
    stretches,
)

WEEK = timedelta(days=7)
FEW = 3
"""So many rooms at least stand behind a figure that others than the facility read."""


@dataclass(frozen=True, slots=True)
class RoomTime:
    """One room's time over a window."""

    room: ResourceFacts
    stretches: Sequence[Stretch]

    @property
    def budget(self) -> Budget:
        """What it adds up to."""
        return budget(self.stretches)


def room_times(session: Session, facility: str, window: TimeRange) -> list[RoomTime]:
    """Where the time of every bookable room of a facility went over ``window`` (UTC)."""
    known = facilities.resource_facts(session, facility)
    rooms = [r for r in known.values() if r.kind == "room" and r.bookable and r.active]
    book = rule_book(session, facility)
    taken, away = _taken(session, facility, window), _away(session, facility, window)
    return [
        RoomTime(
            room,
            stretches(window, _with_gaps(taken.get(room.code, ()), book), away.get(room.code, ())),
        )
        for room in rooms
    ]


def _taken(
    session: Session, facility: str, window: TimeRange
) -> dict[str, list[tuple[Use, SessionState]]]:
    rows = session.execute(
        select(
            Allocation.resource,
            Allocation.starts,
            Allocation.ends,
            Allocation.occupied_from,
            Allocation.occupied_until,
            Allocation.process_class,
            Allocation.series,
            BookingSession.state,
            Organisation.code,
        )
        .join(BookingSession, Allocation.session_id == BookingSession.id)
        .join(Booking, Allocation.booking_id == Booking.id)
        .join(Organisation, Booking.organisation_id == Organisation.id)
        .where(
            *touching(window.starts, window.ends, facility),
            Booking.status == BookingState.APPROVED,
            Allocation.proposal_id.is_(None),
        )
        .order_by(Allocation.starts, Allocation.id)
    )
    found: dict[str, list[tuple[Use, SessionState]]] = defaultdict(list)
    for row in rows:
        use = Use(
            resource=row.resource,
            slot=TimeRange(row.starts, row.ends),
            occupancy=TimeRange(row.occupied_from, row.occupied_until),
            process_class=row.process_class,
            series=row.series,
            organisation=row.code,
        )
        found[row.resource].append((use, SessionState(row.state)))
    return found


def _with_gaps(uses: Sequence[tuple[Use, SessionState]], book: RuleBook) -> list[Taken]:
    """Uses of one room, by start, each with what the changeover to the next takes beyond."""
    found = [
        Taken(use.slot, use.occupancy, use.organisation or "", state is SessionState.NO_SHOW)
        for use, state in uses
    ]
    for place, ((before, _), (after, _)) in enumerate(pairwise(uses)):
        ends = min(before.slot.ends + gap(book, before, after), after.occupancy.starts)
        if ends > before.occupancy.ends:
            between = TimeRange(before.occupancy.ends, ends)
            found[place] = replace(found[place], gap=between)
    return found


def _away(session: Session, facility: str, window: TimeRange) -> Mapping[str, list[Away]]:
    rows = session.execute(
        select(Outage.resource, Outage.starts, Outage.ends, Outage.kind)
        .join(Outage.facility)
        .where(
            Facility.code == facility,
            Outage.state == "active",
            Outage.ends > window.starts,
            Outage.starts < window.ends,
        )
    )
    found: dict[str, list[Away]] = defaultdict(list)
    for row in rows:
        found[row.resource].append(Away(TimeRange(row.starts, row.ends), row.kind))
    return found


def together(times: Iterable[RoomTime]) -> Budget:
    """Several rooms taken as one."""
    return sum((one.budget for one in times), Budget())


def weeks_of(window: TimeRange, zone: str) -> list[TimeRange]:
    """The weeks, Monday to Sunday in ``zone``, that touch ``window``; the outer two cut to it."""
    first = local_date(window.starts, zone)
    monday = first - timedelta(days=first.weekday())
    found = []
    while (starts := day_start(monday, zone)) < window.ends:
        week = TimeRange(starts, day_start(monday + WEEK, zone)).intersection(window)
        if week is not None:
            found.append(week)
        monday += WEEK
    return found


def by_week(times: Sequence[RoomTime], weeks: Sequence[TimeRange]) -> list[Budget]:
    """All rooms together, week by week."""
    rooms = [clipped(one.stretches, weeks) for one in times]
    return [sum(found, Budget()) for found in zip(*rooms, strict=True)] or [Budget() for _ in weeks]


def by_grade(times: Iterable[RoomTime]) -> dict[str, list[RoomTime]]:
    """Rooms by grade, in the order of grades."""
    found: dict[str, list[RoomTime]] = defaultdict(list)
    for one in times:
        found[one.room.grade or "–"].append(one)
    return dict(sorted(found.items()))


def by_organisation(times: Iterable[RoomTime]) -> dict[str, Budget]:
    """Organisation → what its uses took, the largest first."""
    found: dict[str, list[Stretch]] = defaultdict(list)
    for one in times:
        for stretch in one.stretches:
            if stretch.organisation:
                found[stretch.organisation].append(stretch)
    spent = {code: budget(rows) for code, rows in found.items()}
    return dict(sorted(spent.items(), key=lambda pair: (-pair[1].occupied, pair[0])))


def weeks_ahead(first: date, count: int) -> list[date]:
    """The Mondays from the week of ``first`` on."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range(count)]
