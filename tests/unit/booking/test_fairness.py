"""An organisation's share of the rooms' time, by calendar month of the facility."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.fairness import Share, by_month, share_findings, whole_months
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.uses import use

ZONE = "Asia/Hong_Kong"
ROOMS = frozenset({"R1", "R2"})
FIRST = datetime(2027, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda passed: FIRST + passed)
RANGES = st.tuples(INSTANTS, st.timedeltas(timedelta(minutes=1), timedelta(days=90))).map(
    lambda pair: TimeRange(pair[0], pair[0] + pair[1])
)


@given(st.lists(RANGES, max_size=6))
def test_months_add_up_to_the_whole_when_time_is_split(held: list[TimeRange]) -> None:
    split = by_month(held, ZONE)
    assert sum(split.values(), timedelta()) == sum((one.length for one in held), timedelta())
    assert all(month.day == 1 and part > timedelta() for month, part in split.items())


@given(RANGES)
def test_whole_months_contain_the_window_when_it_is_widened(window: TimeRange) -> None:
    widened = whole_months(window, ZONE)
    assert widened.contains(window)
    assert sum(by_month([widened], ZONE).values(), timedelta()) == widened.length


def test_month_is_named_when_the_share_would_be_passed() -> None:
    # all of two rooms in January 2027 is 1,488 hours
    almost = {date(2027, 1, 1): timedelta(hours=1488 * 0.4 - 10)}
    share = Share(40, ROOMS, ZONE, almost)
    assert list(share_findings("A", share, [use(0, 8)])) == []
    (found,) = share_findings("A", share, [use(0, 24)])
    assert (found.rule, found.subject, found.message.values["month"]) == ("share", "A", "2027-01")
    assert found.clears_at == datetime(2027, 1, 31, 16, tzinfo=UTC)
    assert list(share_findings("A", share, [use(0, 24, resource="EQUIPMENT")])) == []
