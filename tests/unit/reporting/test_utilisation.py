"""Utilisation = occupied / (calendar - shutdown - requalification)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.reporting.rules import NOTHING, Utilisation, tenths, utilisation

START = datetime(2027, 1, 4, tzinfo=UTC)


def days(first: float, last: float) -> TimeRange:
    return TimeRange(START + timedelta(days=first), START + timedelta(days=last))


def test_half_is_used_when_half_of_the_days_are_occupied() -> None:
    assert utilisation(days(0, 10), [days(0, 5)], []).percent == 50


def test_shutdown_leaves_the_calendar_when_it_falls_in_the_window() -> None:
    found = utilisation(days(0, 10), [days(0, 4)], [days(8, 12)])
    assert found == Utilisation(timedelta(days=4), timedelta(days=8))


def test_use_counts_as_neither_when_it_falls_on_a_shutdown() -> None:
    assert utilisation(days(0, 10), [days(0, 4)], [days(0, 5)]).percent == 0


def test_overlapping_uses_count_once_when_sessions_touch() -> None:
    assert utilisation(days(0, 10), [days(0, 4), days(3, 5)], []).percent == 50


def test_use_outside_is_cut_when_it_crosses_the_window() -> None:
    assert utilisation(days(0, 10), [days(-5, 1), days(9, 20)], []).percent == 20


def test_no_share_is_given_when_nothing_was_usable() -> None:
    found = utilisation(days(0, 10), [days(0, 4)], [days(-1, 11)])
    assert found.percent is None
    assert tenths(found.share) is None


def test_rooms_add_up_when_taken_together() -> None:
    one, two = utilisation(days(0, 10), [days(0, 10)], []), utilisation(days(0, 10), [], [])
    assert (NOTHING + one + two).percent == 50


def test_share_is_told_in_tens_when_it_is_public() -> None:
    assert [tenths(share) for share in (0.0, 0.04, 0.26, 1.0)] == [0, 0, 30, 100]
