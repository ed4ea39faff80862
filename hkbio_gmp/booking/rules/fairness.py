"""Fair use of shared rooms (D, the facility's settings): how much one organisation may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, day_start, local_date

_SOURCE = "facility's own rule of fair use"
_MONTH = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class Undecided:
    """How many other requests of the organisation hold time undecided, and how many may."""

    held: int
    most: int


@dataclass(frozen=True, slots=True)
class Share:
    """What else the organisation holds of some rooms, month by month in ``zone``.

    ``held`` is by the first day of the month; ``most`` is the part, in percent, of all room time
    of a calendar month that one organisation may hold.
    """

    most: int
    rooms: frozenset[str]
    zone: str
    held: dict[date, timedelta]


def undecided_finding(organisation: str, asked: Undecided) -> Finding | None:
    """An organisation that holds as many slots undecided as the facility lets it."""
    if asked.held < asked.most:
        return None
    return Finding(
        rule="open_requests",
        severity=Severity.BLOCK,
        subject=organisation,
        message=Message(
            "{organisation} holds {held} requests undecided; the facility lets it hold {most}.",
            organisation=organisation,
            held=asked.held,
            most=asked.most,
        ),
        remedy=Message("Wait for a decision, or cancel a request that is not needed."),
        source=_SOURCE,
    )


def share_findings(organisation: str, share: Share, uses: Iterable[Use]) -> Iterator[Finding]:
    """Each month in which the organisation would hold more of the rooms' time than it may."""
    ours = by_month((use.occupancy for use in uses if use.resource in share.rooms), share.zone)
    for month, wanted in sorted(ours.items()):
        room_time = len(share.rooms) * _length(month, share.zone)
        percent = 100 * (share.held.get(month, timedelta()) + wanted) / room_time
        if percent > share.most:
            yield _over(organisation, share, month, percent)


def _over(organisation: str, share: Share, month: date, percent: float) -> Finding:
    return Finding(
        rule="share",
        severity=Severity.BLOCK,
        subject=organisation,
        message=Message(
            "{organisation} would hold {percent} % of the rooms' time in {month}; "
            "the facility lets it hold {most} %.",
            organisation=organisation,
            percent=round(percent),
            month=month.strftime("%Y-%m"),
            most=share.most,
        ),
        remedy=Message("Ask for another month, a shorter slot, or cancel one that is not needed."),
        clears_at=day_start(_next(month), share.zone),
        source=_SOURCE,
    )


def by_month(held: Iterable[TimeRange], zone: str) -> dict[date, timedelta]:
    """How much of some time falls into each calendar month of ``zone``."""
    found: dict[date, timedelta] = {}
    for one in held:
        for month in months_of(one, zone):
            part = one.intersection(_range(month, zone))
            if part is not None:
                found[month] = found.get(month, timedelta()) + part.length
    return found


def months_of(window: TimeRange, zone: str) -> Iterator[date]:
    """The first days of the calendar months of ``zone`` that a window touches."""
    month = local_date(window.starts, zone).replace(day=1)
    while day_start(month, zone) < window.ends:
        yield month
        month = _next(month)


def whole_months(window: TimeRange, zone: str) -> TimeRange:
    """A window widened to whole calendar months of ``zone`` (UTC)."""
    months = list(months_of(window, zone))
    return TimeRange(day_start(months[0], zone), day_start(_next(months[-1]), zone))


def _range(month: date, zone: str) -> TimeRange:
    return TimeRange(day_start(month, zone), day_start(_next(month), zone))


def _length(month: date, zone: str) -> timedelta:
    return _range(month, zone).length


def _next(month: date) -> date:
    return (month + _MONTH).replace(day=1)
