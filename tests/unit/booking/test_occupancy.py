"""Occupancy, changeover and segregation: examples and laws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.occupancy import (
    Occupied,
    OutageFacts,
    Use,
    breaks,
    clashes,
    gap,
    occupancy,
    too_near,
)
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.uses import BOOK, CLASSES, ZERO, hours, use

USES = st.builds(
    use,
    start=st.integers(0, 200),
    length=st.integers(1, 48),
    made=st.sampled_from(CLASSES),
    series=st.sampled_from(["A", "B"]),
    setup=st.integers(0, 8),
    turnaround=st.integers(0, 24),
)


def reasons(new: Use, *taken: Use, outages: tuple[OutageFacts, ...] = ()) -> list[str]:
    return [clash.reason for clash in clashes(BOOK, new, Occupied(taken, outages))]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("cell", "A"), ("cell", "A"), 2),
        (("cell", "A"), ("cell", "B"), 8),
        (("cell", "A"), ("vector", "A"), 24),
        (("vector", "A"), ("cell", "A"), 72),
        (("vector", "A"), ("vector", "B"), 48),
        (("vector", "A"), ("vector", "A"), 2),
    ],
)
def test_gap_is_the_pairs_when_one_follows_the_other(
    before: tuple[str, str], after: tuple[str, str], expected: int
) -> None:
    one, other = use(0, made=before[0], series=before[1]), use(0, made=after[0], series=after[1])
    assert gap(BOOK, one, other) == hours(expected)


def test_slots_may_touch_when_occupancy_is_half_open() -> None:
    assert reasons(use(8, made="training"), use(0, made="training", series="B")) == []


def test_earlier_vector_still_counts_when_training_lies_between() -> None:
    vector = use(0, made="vector", series="V")
    training = use(40, 2, made="training", series="T")
    found = clashes(BOOK, use(66, series="C"), Occupied((vector, training)))
    assert [(c.reason, c.neighbour) for c in found] == [("changeover", vector)]
    assert found[0].clears_at == ZERO + hours(80)


def test_gap_counts_backwards_when_the_neighbour_comes_after() -> None:
    assert reasons(use(0, made="vector"), use(79)) == ["changeover"]
    assert reasons(use(0, made="vector"), use(80)) == []


def test_sessions_of_one_booking_need_no_gap_when_they_follow_closely() -> None:
    assert reasons(use(8, booking="X"), use(0, booking="X")) == []


def test_occupancies_clash_when_set_up_reaches_into_turnaround() -> None:
    earlier = use(0, 8, turnaround=6)
    assert reasons(use(16, setup=3), earlier) == ["occupied"]
    assert reasons(use(17, setup=3), earlier) == []


def test_every_obstacle_is_told_when_there_are_several() -> None:
    outage = OutageFacts("R1", TimeRange(ZERO, ZERO + hours(1)), "planned")
    found = reasons(use(0, 30), use(2), use(32, series="B"), outages=(outage,))
    assert found == ["outage", "occupied", "changeover"]


@pytest.mark.parametrize(("start", "expected"), [(9, ["outage"]), (10, [])])
def test_outage_blocks_when_set_up_falls_on_it(start: int, expected: list[str]) -> None:
    outage = OutageFacts("R1", TimeRange(ZERO, ZERO + hours(8)), "planned")
    assert reasons(use(start, setup=2), outages=(outage,)) == expected


def test_other_rooms_outage_is_nothing_when_rooms_differ() -> None:
    outage = OutageFacts("R2", TimeRange(ZERO, ZERO + hours(8)), "planned")
    assert reasons(use(0), outages=(outage,)) == []


@pytest.mark.parametrize(("made", "severity"), [("cell", "block"), ("training", "warn")])
def test_zone_is_kept_apart_when_classes_run_at_once(made: str, severity: str) -> None:
    vector = use(0, made="vector", resource="R2", zone="Z1")
    found = clashes(BOOK, use(4, made=made, zone="Z1"), Occupied((vector,)))
    assert [(c.reason, c.severity) for c in found] == [("segregation", severity)]


@pytest.mark.parametrize(("zone", "start"), [("Z2", 4), (None, 4), ("Z1", 8)])
def test_nothing_is_kept_apart_when_zone_or_time_differs(zone: str | None, start: int) -> None:
    vector = use(0, made="vector", resource="R2", zone="Z1")
    assert reasons(use(start, zone=zone), vector) == []


@given(USES, USES)
def test_nearness_is_the_same_when_the_two_change_places(one: Use, other: Use) -> None:
    assert too_near(BOOK, one, other) == too_near(BOOK, other, one)


@given(USES, USES)
def test_clash_is_found_from_both_sides_when_either_asks(one: Use, other: Use) -> None:
    assert reasons(one, other) == reasons(other, one)


@given(USES, USES)
def test_start_is_free_of_the_neighbour_when_its_clash_clears(new: Use, old: Use) -> None:
    for clash in clashes(BOOK, new, Occupied((old,))):
        later = moved(new, clash.clears_at - new.slot.starts)
        assert reasons(later, old) == []


@given(USES, USES)
def test_one_minute_earlier_is_refused_when_clash_clears_after_the_neighbour(
    new: Use, old: Use
) -> None:
    for clash in clashes(BOOK, new, Occupied((old,))):
        early = moved(new, clash.clears_at - new.slot.starts - timedelta(minutes=1))
        assert reasons(early, old) != []


def moved(one: Use, by: timedelta) -> Use:
    slot = TimeRange(one.slot.starts + by, one.slot.ends + by)
    held = TimeRange(one.occupancy.starts + by, one.occupancy.ends + by)
    return Use(one.resource, slot, held, one.process_class, one.series)


@given(st.integers(0, 100), st.integers(1, 100), st.integers(0, 600), st.integers(0, 1500))
def test_occupancy_contains_the_slot_when_widened(
    start: int, length: int, setup: int, turnaround: int
) -> None:
    slot = TimeRange(ZERO + hours(start), ZERO + hours(start + length))
    held = occupancy(slot, timedelta(minutes=setup), timedelta(minutes=turnaround))
    assert held.contains(slot)
    assert held.length - slot.length == timedelta(minutes=setup + turnaround)


@given(st.lists(USES, max_size=8))
def test_scan_agrees_with_the_pairs_when_it_looks_for_breaks(uses: list[Use]) -> None:
    named = [
        use_of(one, number) for number, one in enumerate(sorted(uses, key=lambda u: u.slot.starts))
    ]
    expected = {
        frozenset((one.booking, other.booking))
        for place, one in enumerate(named)
        for other in named[place + 1 :]
        if clashes(BOOK, one, Occupied((other,)))
    }
    found = {frozenset((one.booking, other.booking)) for one, other, _ in breaks(named, BOOK)}
    assert found == expected


def use_of(one: Use, number: int) -> Use:
    return Use(
        one.resource,
        one.slot,
        one.occupancy,
        one.process_class,
        one.series,
        booking=str(number),
    )
