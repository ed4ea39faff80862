"""When the occurrences of a recurrence rule fall, in the facility's wall time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, weekday

from hkbio_gmp.booking.rules.recurrence import (
    DAY,
    FREQUENCIES,
    MOST_OCCURRENCES,
    WEEKDAYS,
    Recurrence,
    check_recurrence,
    refuse_rule,
)
from hkbio_gmp.kernel.messages import Message

_REACH = timedelta(days=2 * 366)


def occurrences(rule: Recurrence, first: datetime, zone: str) -> tuple[datetime, ...]:
    """When each occurrence begins (UTC), at the wall time in ``zone`` that ``first`` (UTC) has.

    The first is the earliest match from ``first`` on. A wall time that the zone skips is read with
    the offset before the gap (RFC 5545, 3.3.5). Raises NotValid where there is none, or more than
    MOST_OCCURRENCES.
    """
    check_recurrence(rule)
    there = ZoneInfo(zone)
    local = first.astimezone(there).replace(tzinfo=None)
    last = min(_last(rule, there), local + _REACH) if rule.until else local + _REACH
    dates = rrule(
        FREQUENCIES[rule.frequency],
        dtstart=local,
        interval=rule.interval,
        byweekday=[_weekday(day) for day in rule.weekdays] or None,
        bymonthday=rule.month_day,
        until=last,
    )
    most = rule.count or MOST_OCCURRENCES + 1
    found = list(islice(dates, most))
    if not found:
        refuse_rule(Message("No day matches the rule."), "until")
    if len(found) > MOST_OCCURRENCES:
        refuse_rule(
            Message("There are more than {most} repetitions.", most=MOST_OCCURRENCES), "until"
        )
    return tuple(day.replace(tzinfo=there).astimezone(UTC) for day in found)


def _last(rule: Recurrence, zone: ZoneInfo) -> datetime:
    """The last wall time that ``until`` lets in."""
    if isinstance(rule.until, datetime):
        return rule.until.astimezone(zone).replace(tzinfo=None)
    assert rule.until is not None
    return datetime.combine(rule.until, time.max)


def _weekday(text: str) -> weekday:
    found = DAY.fullmatch(text)
    assert found is not None
    return weekday(WEEKDAYS.index(found[2]), int(found[1]) if found[1] else None)


def along(first: datetime, start: datetime, moment: datetime, zone: str) -> datetime:
    """Where ``moment`` (UTC) lies once what began ``first`` begins at ``start``: by wall time."""
    there = ZoneInfo(zone)
    walls = [at.astimezone(there).replace(tzinfo=None) for at in (first, start, moment)]
    return (walls[2] + (walls[1] - walls[0])).replace(tzinfo=there).astimezone(UTC)
