"""The days that the calendar shows, and the sessions that a slot is cut into."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hkbio_gmp.booking.forms import sessions_between, usual_length
from hkbio_gmp.booking.present.window import days_of

TODAY = date(2027, 1, 13)
NINE = datetime(2027, 1, 18, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("view", "first", "last"),
    [
        ("day", TODAY, TODAY),
        ("week", date(2027, 1, 11), date(2027, 1, 17)),
        ("fortnight", date(2027, 1, 11), date(2027, 1, 24)),
        ("month", date(2027, 1, 1), date(2027, 1, 31)),
        ("century", date(2027, 1, 11), date(2027, 1, 24)),
    ],
)
def test_window_is_whole_when_a_view_is_chosen(view: str, first: date, last: date) -> None:
    found = days_of(view, None, TODAY)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["", "x", "2027-13-40", "9999-12-31", "0001-01-01", "\x00"])
def test_today_is_shown_when_the_date_is_no_date_within_reach(text: str) -> None:
    assert days_of("day", text, TODAY).first == TODAY


@pytest.mark.parametrize("view", ["day", "week", "fortnight", "month"])
def test_windows_meet_when_one_pages_on_and_back(view: str) -> None:
    here = days_of(view, None, TODAY)
    after = days_of(view, here.after.isoformat(), TODAY)
    assert after.first == here.last + timedelta(days=1)
    back = days_of(view, after.before.isoformat(), TODAY)
    assert back.first <= here.last < after.first


def test_only_the_ends_are_attended_when_people_come_for_steps() -> None:
    found = sessions_between(NINE, NINE + timedelta(days=8, hours=4), "steps")
    assert [one.attended for one in found] == [True, False, True]
    assert all(a.ends == b.starts for a, b in pairwise(found))


@pytest.mark.parametrize(("attendance", "attended"), [("throughout", True), ("none", False)])
def test_slot_is_one_session_when_people_are_there_always_or_never(
    attendance: str, attended: bool
) -> None:
    found = sessions_between(NINE, NINE + timedelta(days=8), attendance)
    assert [one.attended for one in found] == [attended]


def test_slot_is_one_session_when_it_is_short() -> None:
    assert len(sessions_between(NINE, NINE + timedelta(hours=8), "steps")) == 1


def test_usual_slot_ends_by_day_when_it_lasts_whole_days() -> None:
    assert usual_length(240) == timedelta(days=10, hours=4)
    assert usual_length(None) == timedelta(hours=8)
