"""The board on the wall: rooms down, days across, in words large enough to read from afar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hkbio_gmp.booking.present.calendar import Calendar
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start


@dataclass(frozen=True, slots=True)
class Use:
    """One use on one day. Instants in UTC, None where it began before or goes on after the day."""

    state: str
    title: str
    note: str
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A room and its uses on each day."""

    code: str
    grade: str
    days: list[list[Use]]


def board_rows(calendar: Calendar, zone: str) -> list[BoardRow]:
    """The facility's rows in the calendar's order; equipment only where it is used."""
    shown = [calendar.timeline.first + timedelta(days=n) for n in range(calendar.timeline.days)]
    return [
        BoardRow(row.code, row.tag, [_uses(calendar, row.code, day, zone) for day in shown])
        for group in calendar.timeline.groups
        for row in group.rows
        if row.kind == "room" or (row.kind and row.bars)
    ]


def _uses(calendar: Calendar, code: str, day: date, zone: str) -> list[Use]:
    whole = TimeRange(day_start(day, zone), day_end(day, zone))
    found = []
    for run in calendar.runs:
        own = run.head.reference is not None
        begins = run.starts if own else run.occupied_from
        ends = run.ends if own else run.occupied_until
        if run.head.resource == code and begins < whole.ends and whole.starts < ends:
            named = calendar.classes.get(run.head.process_class or "", "")
            who = [run.head.organisation or "", (run.head.batch or "").rsplit("-", 1)[-1]]
            title = " · ".join(part for part in who if part)
            found.append(Use(run.status, title, named, *_within(begins, ends, whole)))
    for out in calendar.outages:
        if out.resource == code and out.starts < whole.ends and whole.starts < out.ends:
            found.append(Use("outage", out.reason, "", *_within(out.starts, out.ends, whole)))
    return found


def _within(
    begins: datetime, ends: datetime, whole: TimeRange
) -> tuple[datetime | None, datetime | None]:
    return (
        begins if begins >= whole.starts else None,
        ends if ends <= whole.ends else None,
    )
