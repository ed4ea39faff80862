"""Recurrence rules: written, read, and expanded in the facility's wall time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.expansion import along, occurrences
from hkbio_gmp.booking.rules.recurrence import (
    MOST_OCCURRENCES,
    WEEKDAYS,
    Recurrence,
    parsed,
)
from hkbio_gmp.kernel.errors import NotValid

HK, PARIS = "Asia/Hong_Kong", "Europe/Paris"
FIRST = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
"""A Monday at 09:00 in Hong Kong."""


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    """A rule that is taken."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    days = draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=4))
    monthly = frequency == "MONTHLY"
    place = draw(st.sampled_from(["", "1", "2", "-1"])) if monthly else ""
    return Recurrence(
        frequency=frequency,
        interval=draw(st.integers(1, 3)),
        weekdays=tuple(place + day for day in days),
        month_day=draw(st.sampled_from([None, 1, 15, 31])) if monthly and not days else None,
        count=draw(st.integers(1, 12)),
    )


@given(rules(), st.integers(0, 400), st.sampled_from([HK, PARIS, "America/New_York"]))
def test_expansion_equals_dateutils_when_a_rule_is_taken(
    rule: Recurrence, days: int, zone: str
) -> None:
    first = FIRST + timedelta(days=days)
    local = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    theirs = [at for at in rrulestr(rule.text, dtstart=local) if at <= local + timedelta(days=732)]
    ours = [at.astimezone(ZoneInfo(zone)) for at in occurrences(rule, first, zone)]
    assert [f"{at:%F %T}" for at in ours] == [f"{at:%F %T}" for at in theirs]


@given(rules())
def test_rule_reads_back_when_written(rule: Recurrence) -> None:
    assert parsed(rule.text) == rule


def test_wall_time_stays_when_clocks_change() -> None:
    first = datetime(2027, 3, 22, 8, 0, tzinfo=UTC)
    found = occurrences(parsed("FREQ=WEEKLY;COUNT=2"), first, PARIS)
    assert [at.hour for at in found] == [8, 7]
    assert found[1] - found[0] == timedelta(days=7, hours=-1)


def test_wall_time_of_each_session_stays_when_clocks_change() -> None:
    first = datetime(2027, 3, 22, 8, 0, tzinfo=UTC)
    later = datetime(2027, 3, 29, 7, 0, tzinfo=UTC)
    assert along(first, later, first + timedelta(days=1), PARIS) == later + timedelta(days=1)


def test_last_day_is_let_in_when_the_rule_ends_by_it() -> None:
    rule = Recurrence("DAILY", until=date(2027, 1, 6))
    assert [at.day for at in occurrences(rule, FIRST, HK)] == [4, 5, 6]
    instant = Recurrence("DAILY", until=datetime(2027, 1, 6, 0, 59, tzinfo=UTC))
    assert [at.day for at in occurrences(instant, FIRST, HK)] == [4, 5]


def test_months_without_the_day_are_left_out_when_it_is_the_31st() -> None:
    found = occurrences(parsed("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3"), FIRST, HK)
    assert [at.month for at in found] == [1, 3, 5]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "recurrence"),
        ("FREQ=SECONDLY;COUNT=3", "frequency"),
        ("FREQ=YEARLY;COUNT=3", "frequency"),
        ("FREQ=DAILY", "count"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270201", "count"),
        ("FREQ=DAILY;COUNT=0", "count"),
        ("FREQ=DAILY;COUNT=9999", "count"),
        ("FREQ=DAILY;COUNT=99999999999", "recurrence"),
        ("FREQ=DAILY;COUNT=٣", "recurrence"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "interval"),
        ("FREQ=DAILY;INTERVAL=-1;COUNT=3", "interval"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", "weekdays"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "weekdays"),
        ("FREQ=DAILY;BYMONTHDAY=3;COUNT=3", "month_day"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "month_day"),
        ("FREQ=DAILY;BYSETPOS=1;COUNT=3", "recurrence"),
        ("FREQ=DAILY;FREQ=DAILY;COUNT=3", "recurrence"),
        ("FREQ=DAILY;UNTIL=20271399", "recurrence"),
        ("FREQ=DAILY;UNTIL=tomorrow", "recurrence"),
        ("RRULE;COUNT=3\nEXDATE:20270101", "recurrence"),
    ],
)
def test_rule_is_refused_by_its_field_when_it_is_not_taken(text: str, field: str) -> None:
    with pytest.raises(NotValid) as refused:
        parsed(text)
    assert field in {error.field for error in refused.value.errors}


def test_series_is_refused_when_it_has_no_day_or_too_many() -> None:
    for until in (date(2026, 1, 1), date(2028, 1, 1)):
        with pytest.raises(NotValid):
            occurrences(Recurrence("DAILY", until=until), FIRST, HK)
    with pytest.raises(NotValid):
        occurrences(Recurrence("DAILY", count=MOST_OCCURRENCES + 1), FIRST, HK)
