"""Where a room's time went: every instant once, under the first cause that holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.kernel.timerange import TimeRange, merged
from hkbio_gmp.reporting.charts import stacked, waterfall
from hkbio_gmp.reporting.rules.budget import (
    Away,
    Budget,
    Taken,
    budget,
    clipped,
    stretches,
    tenths,
)

START = datetime(2027, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(first: int, last: int) -> TimeRange:
    return TimeRange(START + first * HOUR, START + last * HOUR)


def use(first: int, last: int, *, around: int = 0, **more: object) -> Taken:
    whole = hours(first - around, last + around)
    return Taken(hours(first, last), whole, "A", **more)  # type: ignore[arg-type]


DAY = hours(0, 24)


def spent(taken: list[Taken], away: list[Away]) -> Budget:
    return budget(stretches(DAY, taken, away))


def test_share_is_of_the_usable_when_a_room_is_requalified() -> None:
    found = spent([use(0, 6)], [Away(hours(12, 24), "requalification")])
    assert (found.usable, found.percent) == (12 * HOUR, 50)


def test_set_up_is_blocked_when_a_slot_has_some() -> None:
    found = spent([use(6, 10, around=2)], [])
    assert (found.used, found.changeover, found.occupied) == (4 * HOUR, 4 * HOUR, 8 * HOUR)


def test_gap_is_blocked_but_not_occupied_when_a_pair_needs_more() -> None:
    found = spent([use(6, 10, gap=hours(10, 13))], [])
    assert (found.blocked, found.occupied) == (3 * HOUR, 4 * HOUR)


def test_time_is_the_outages_when_it_falls_on_a_booking() -> None:
    found = spent([use(0, 12)], [Away(hours(6, 8), "unplanned")])
    assert (found.outage, found.used) == (2 * HOUR, 10 * HOUR)


def test_no_show_is_lost_unless_somebody_else_used_the_room() -> None:
    missed = use(0, 10, no_show=True)
    found = spent([missed, use(4, 10)], [])
    assert (found.no_show, found.used) == (4 * HOUR, 6 * HOUR)


def test_nothing_can_be_said_when_a_room_was_away_all_along() -> None:
    found = spent([use(1, 2)], [Away(hours(-5, 40), "shutdown")])
    assert (found.share, found.percent, tenths(found.share)) == (None, None, None)
    assert found.shutdown == 24 * HOUR


def test_share_is_told_in_tens_when_it_is_public() -> None:
    assert [tenths(share) for share in (0.0, 0.04, 0.26, 1.0)] == [0, 0, 30, 100]


def test_waterfall_ends_in_slots_when_every_loss_is_taken_off() -> None:
    falls = waterfall(spent([use(6, 10, around=1)], [Away(hours(0, 3), "shutdown")]))
    assert [f.cause for f in falls if not f.taken] == ["calendar", "usable", "used"]
    assert falls[-1].length == 4 * HOUR
    assert sum((f.length for f in falls if f.taken), timedelta()) == 20 * HOUR


def test_waterfall_is_empty_when_there_is_no_room() -> None:
    assert waterfall(Budget()) == []


ranges = st.tuples(st.integers(-10, 30), st.integers(1, 12)).map(lambda p: hours(p[0], p[0] + p[1]))
takes = st.builds(
    lambda slot, wide, lost: Taken(slot, slot.widened(wide * HOUR, wide * HOUR), "A", lost),
    ranges,
    st.integers(0, 3),
    st.booleans(),
)
kinds = st.sampled_from(["planned", "unplanned", "requalification", "shutdown"])
aways = st.builds(Away, ranges, kinds)


@given(st.lists(takes, max_size=6), st.lists(aways, max_size=4))
def test_every_instant_is_counted_once_whatever_overlaps(
    taken: list[Taken], away: list[Away]
) -> None:
    found = stretches(DAY, taken, away)
    assert merged(one.when for one in found) == [DAY]
    assert budget(found).calendar == DAY.length


@given(st.lists(takes, max_size=6), st.lists(aways, max_size=4))
def test_weeks_add_up_to_the_whole_wherever_they_are_cut(
    taken: list[Taken], away: list[Away]
) -> None:
    found = stretches(DAY, taken, away)
    parts = clipped(found, [hours(0, 7), hours(7, 9), hours(9, 24)])
    assert sum(parts, Budget()) == budget(found)


@given(st.lists(takes, min_size=1, max_size=6))
def test_bar_is_full_when_its_parts_are_laid_side_by_side(taken: list[Taken]) -> None:
    parts = stacked(spent(taken, []))
    assert abs(sum(part.width for part in parts) - 100) < 1e-6
    assert all(abs(a.starts + a.width - b.starts) < 1e-6 for a, b in pairwise(parts))
