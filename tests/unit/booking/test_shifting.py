"""A plan moved as one piece: laws, also where the clocks go forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession, joined, uses_of
from hkbio_gmp.booking.rules.shifting import moved
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.kernel.timerange import TimeRange

MINUTE = timedelta(minutes=1)
NEEDS = ProcessClassFacts("c", "c", "c", "production", 360, 480, (), (), False, False)
ROOM = ResourceFacts(
    "R", "F", "room", "r", "r", "B", None, None, None, "Z", None, (), bookable=True, active=True
)


@st.composite
def plans(draw: st.DrawFn) -> PlanFacts:
    """Sessions in order in one room, around the spring of London."""
    at = datetime(2027, 3, 20, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    made = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        at += draw(st.integers(0, 4000)) * MINUTE
        slot = TimeRange(at, at + draw(st.integers(1, 3000)) * MINUTE)
        uses = uses_of(slot, ["R"], {"R": ROOM}, NEEDS, "s", "O")
        made.append(PlannedSession(number, slot, draw(st.booleans()), uses))
        at = slot.ends
    home = FacilityFacts("F", "f", "f", "Europe/London", 1)
    return PlanFacts(home, NEEDS, "s", "O", None, {"R": ROOM}, joined(made))


@given(plans(), st.integers(-100_000, 100_000))
def test_plan_is_as_before_when_shifted_there_and_back(plan: PlanFacts, minutes: int) -> None:
    everything = {one.number for one in plan.sessions}
    there = moved(plan, everything, minutes * MINUTE)
    assert [s.slot.length for s in there.sessions] == [s.slot.length for s in plan.sessions]
    assert all(a.slot.ends <= b.slot.starts for a, b in pairwise(there.sessions))
    assert moved(there, everything, -minutes * MINUTE) == plan


@given(plans(), st.integers(1, 100_000))
def test_occupancies_never_overlap_when_the_last_sessions_are_later(
    plan: PlanFacts, minutes: int
) -> None:
    later = {one.number for one in plan.sessions if one.number > len(plan.sessions) // 2}
    there = moved(plan, later, minutes * MINUTE)
    held = [one.uses[0].occupancy for one in there.sessions]
    assert all(a.ends <= b.starts for a, b in pairwise(held))
