"""From what stands at a facility to the starts that it leaves. All exact, nothing tried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hkbio_gmp.booking.rules import gates
from hkbio_gmp.booking.rules.assessment import attended_part
from hkbio_gmp.booking.rules.circumstances import Circumstances
from hkbio_gmp.booking.rules.occupancy import Use, apart, gap
from hkbio_gmp.booking.rules.papers import relied_on
from hkbio_gmp.booking.rules.search.shape import Wanted
from hkbio_gmp.booking.rules.search.spans import Span, Starts, both
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.rules.simulation import turning_days
from hkbio_gmp.facilities.rules.segregation import SegregationRule
from hkbio_gmp.kernel.timerange import TimeRange, day_start, local_date

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shadow:
    """The starts that neighbours forbid, and those after which they no longer warn."""

    forbidden: list[Span]
    uneasy: list[datetime]


def shadow(around: Circumstances, uses: Iterable[Use], origin: datetime) -> Shadow:
    """What stands in the way of ``uses`` as planned from ``origin`` (UTC), for every start."""
    found = Shadow([], [])
    for use in uses:
        found.forbidden.extend(
            _overlapping(use, outage.when, origin) for outage in around.outages_of(use.resource)
        )
        found.forbidden.extend(_on_resource(around, use, origin))
        _beside(around, use, origin, found)
    return found


def _overlapping(use: Use, when: TimeRange, origin: datetime) -> Span:
    """Starts from which the occupancy would overlap ``when``."""
    held = use.occupancy
    return when.starts - (held.ends - origin), when.ends - (held.starts - origin)


def _on_resource(around: Circumstances, use: Use, origin: datetime) -> Iterator[Span]:
    """Starts from which the use would overlap another of its resource, or break a changeover."""
    lead, reach = use.occupancy.starts - origin, use.occupancy.ends - origin
    head, tail = use.slot.starts - origin, use.slot.ends - origin
    known: dict[tuple[str, str], tuple[timedelta, timedelta]] = {}
    for old in around.uses_of(use.resource):
        key = old.process_class, old.series
        if key not in known:
            # as far as the two slots must lie apart, whichever comes first
            known[key] = tail + gap(around.book, use, old), gap(around.book, old, use) - head
        before, after = known[key]
        held, slot = old.occupancy, old.slot
        yield (
            min(held.starts - reach, slot.starts - before),
            max(held.ends - lead, slot.ends + after),
        )


def _beside(around: Circumstances, use: Use, origin: datetime, found: Shadow) -> None:
    rules: dict[tuple[object, ...], SegregationRule | None] = {}
    for old in around.uses_beside(use):
        key = (old.process_class, old.room, old.unit, old.series, old.vector, old.infected)
        if key not in rules:
            rules[key] = apart(around.book, use, old)
        rule = rules[key]
        if rule is None:
            continue
        span = _overlapping(use, old.occupancy, origin)
        if rule.severity == "block":
            found.forbidden.append(span)
        else:
            found.uneasy.append(span[1])


def comfortable(wanted: Wanted, opened: Sequence[TimeRange], within: Span) -> Starts:
    """Starts from which every attended step falls into opening hours."""
    out = [within]
    for step in wanted.steps:
        if step.attended:
            begins = within[0] + step.offset
            length = attended_part(TimeRange(begins, begins + step.length)).length
            out = both(out, _inside(opened, step.offset, length))
    return Starts(out)


def begun_in_hours(wanted: Wanted, opened: Sequence[TimeRange], within: Span) -> Starts:
    """Starts from which the first attended step at least begins in opening hours."""
    first = min((s.offset for s in wanted.steps if s.attended), default=None)
    if first is None:
        return Starts([within])
    return Starts(both([within], _inside(opened, first, _MINUTE)))


def _inside(opened: Sequence[TimeRange], offset: timedelta, length: timedelta) -> list[Span]:
    late = length + offset
    return [
        (item.starts - offset, item.ends - late)
        for item in opened
        if item.ends - item.starts >= length
    ]


def turns(
    plan: PlanFacts, around: Circumstances, origin: datetime, now: datetime
) -> list[datetime]:
    """The starts at which a certificate's word may change; between two of them it stays.

    ``plan`` is one planned from ``origin`` (UTC).
    """
    zone, held = plan.facility.zone, plan.occupancy
    before, after = held.starts - origin, held.ends - origin
    days = _days(relied_on(plan), around, local_date(now, zone))
    pauses = around.pauses(plan.needs.code) if plan.needs.is_gmp else []
    last = tuple(local_date(since, zone) for since, _then in pauses if since is not None)
    days |= turning_days(last, _results(plan, around))
    found = {then - before for _since, then in pauses if then is not None}
    for day in days:
        midnight = day_start(day, zone)
        found.add(midnight - before)
        # the last day counts whole: an occupancy may end at midnight exactly
        found.add(midnight - after + _MINUTE)
    return sorted(found)


def _results(plan: PlanFacts, around: Circumstances) -> tuple[date, ...]:
    held = around.held.get(("facility", plan.facility.code, gates.SIMULATION), ())
    return tuple(one.valid_from for one in held)


def _days(wanted: Iterable[gates.Needed], around: Circumstances, today: date) -> set[date]:
    days = {today}
    for key in wanted:
        kind = around.kinds.get(key[2])
        if kind is not None:
            days.add(today + timedelta(days=kind.renewal_days))
            days.add(today + timedelta(days=kind.renewal_days + 1))
        for one in around.held.get(key, ()):
            days.add(one.valid_from)
            if one.last_day < date.max:
                days.add(one.last_day + _DAY)
    return days


def choices(wanted: Wanted, place: tuple[str, ...], kind: str) -> list[str]:
    """Items of a kind that may serve a place: its own, then those of no room, then others."""
    rooms = set(place)
    items = [
        item
        for item in wanted.known.values()
        if item.equipment_kind == kind and item.bookable and item.active
    ]
    items = [item for item in items if item.code in wanted.chosen] or items
    fitting = sorted(items, key=lambda item: (item.room not in rooms, item.room is not None))
    return [item.code for item in fitting]


def stands_in(wanted: Wanted, place: tuple[str, ...], kind: str) -> bool:
    """Whether a place has equipment of a kind that comes with it and is not booked apart."""
    return any(
        item.equipment_kind == kind and item.active and not item.bookable and item.room in place
        for item in wanted.known.values()
    )
