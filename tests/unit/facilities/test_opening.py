"""Opening hours less closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.facilities.rules.facts import ClosedDay, OpeningPattern, OpeningSlot
from hkbio_gmp.facilities.rules.opening import closed_spans, is_open_throughout, open_ranges
from hkbio_gmp.facilities.rules.public_holidays import general_holidays
from hkbio_gmp.kernel.timerange import TimeRange

ZONE = "Asia/Hong_Kong"
WEEKDAYS = OpeningPattern(tuple(OpeningSlot(n, time(9), time(18)) for n in range(5)))
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def window(days: int) -> TimeRange:
    starts = datetime(2027, 1, 3, 16, tzinfo=UTC)
    return TimeRange(starts, starts + timedelta(days=days))


def closed(day: date) -> ClosedDay:
    return ClosedDay(day, "Shutdown", "停機", "notice")


def test_hours_are_in_utc_when_the_facility_is_in_hong_kong() -> None:
    [monday] = open_ranges(WEEKDAYS, [], [], window(1), ZONE)
    assert monday == TimeRange(MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=10))


def test_week_has_five_openings_when_nothing_is_closed() -> None:
    assert len(open_ranges(WEEKDAYS, [], [], window(7), ZONE)) == 5


def test_day_is_missing_when_it_is_closed_or_a_holiday() -> None:
    days = [date(2027, 1, 5)], [date(2027, 1, 6)]
    closures, holidays = ([closed(day) for day in found] for found in days)
    opened = open_ranges(WEEKDAYS, closures, holidays, window(7), ZONE)
    assert [item.starts.day for item in opened] == [4, 7, 8]


def test_range_is_cut_when_the_window_begins_within_hours() -> None:
    inside = TimeRange(MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=5))
    assert open_ranges(WEEKDAYS, [], [], inside, ZONE) == [inside]


def test_slot_is_outside_when_it_crosses_the_evening() -> None:
    opened = open_ranges(WEEKDAYS, [], [], window(7), ZONE)
    day = TimeRange(MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=9))
    assert is_open_throughout(day, opened)
    assert not is_open_throughout(day.widened(timedelta(0), timedelta(hours=12)), opened)


@given(st.integers(0, 400), st.integers(1, 200), st.sets(st.integers(0, 20)))
def test_openings_lie_in_the_window_on_open_days_when_worked_out(
    start: int, hours: int, off: set[int]
) -> None:
    begin = MONDAY + timedelta(hours=start)
    frame = TimeRange(begin, begin + timedelta(hours=hours))
    closures = [closed(date(2027, 1, 4) + timedelta(days=n)) for n in off]
    for item in open_ranges(WEEKDAYS, closures, [], frame, ZONE):
        local = item.starts + timedelta(hours=8)
        assert frame.contains(item)
        assert local.weekday() < 5
        assert local.date() not in {one.day for one in closures}


def test_good_friday_and_the_day_after_are_closed_when_holidays_are_asked() -> None:
    found = {item.day: item for item in general_holidays(date(2027, 3, 1), date(2027, 3, 31))}
    assert {date(2027, 3, 26), date(2027, 3, 27), date(2027, 3, 29)} == set(found)
    assert found[date(2027, 3, 26)].name == "Good Friday"
    assert found[date(2027, 3, 26)].name_zh == "耶穌受難節"


def test_holidays_are_in_order_when_years_are_crossed() -> None:
    found = general_holidays(date(2026, 12, 1), date(2027, 1, 31))
    assert found == sorted(found)
    assert {item.day.year for item in found} == {2026, 2027}


def test_neighbouring_days_are_joined_when_they_are_closed_for_one_reason() -> None:
    other = ClosedDay(date(2027, 1, 6), "Holiday", "假期", "law")
    days = [closed(date(2027, 1, n)) for n in (8, 5, 6, 4)]
    spans = closed_spans([*days, other])
    assert [(span.first.day, span.last.day, span.name) for span in spans] == [
        (4, 6, "Shutdown"),
        (6, 6, "Holiday"),
        (8, 8, "Shutdown"),
    ]
