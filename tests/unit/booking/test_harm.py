"""The least harmful window first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hkbio_gmp.booking.rules.harm import Lying, harm_of, ranked, windows
from hkbio_gmp.kernel.timerange import TimeRange

START = datetime(2027, 3, 1, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
FIRST = TimeRange(START, START + DAY)


def lying(days: float, reference: str, *, patient: bool = False) -> Lying:
    starts = START + days * DAY
    return Lying(reference, TimeRange(starts, starts + DAY / 2), patient)


def test_windows_end_with_the_range_when_they_are_laid_out() -> None:
    assert [w.starts for w in windows(FIRST, START + 2 * WEEK, WEEK)] == [START, START + WEEK]


def test_free_week_comes_first_when_others_are_hit() -> None:
    booked = [lying(0, "A", patient=True), lying(7, "B"), lying(7.5, "C")]
    found = ranked([harm_of(w, booked) for w in windows(FIRST, START + 3 * WEEK, WEEK)])
    assert [h.window.starts for h in found] == [START + 2 * WEEK, START + WEEK, START]
    assert found[-1].patients == 1


def test_one_patient_weighs_more_than_two_others() -> None:
    patient = harm_of(FIRST, [lying(0, "A", patient=True)])
    others = harm_of(FIRST, [lying(0, "B"), lying(0.5, "C")])
    assert ranked([patient, others]) == [others, patient]


def test_hours_and_bookings_are_counted_once_when_two_resources_are_hit() -> None:
    found = harm_of(FIRST, [lying(0, "A"), lying(0, "A")])
    assert (found.references, found.lost) == (("A",), DAY)


def test_move_without_a_place_weighs_more_when_all_else_is_equal() -> None:
    one = harm_of(FIRST, [lying(0, "A")])
    placed, stranded = one.with_stranded(0), one.with_stranded(1)
    assert ranked([stranded, placed]) == [placed, stranded]
