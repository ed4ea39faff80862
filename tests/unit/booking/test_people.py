"""People named on one day in two areas, or in two places at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hkbio_gmp.booking.rules.people import Elsewhere, people_findings
from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession, uses_of
from hkbio_gmp.facilities.rules.facts import FacilityFacts
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.test_shifting import NEEDS, ROOM
from tests.unit.booking.uses import ZERO, hours

# ZERO is nine in the morning of the facility
SLOT = TimeRange(ZERO, ZERO + hours(4))
WHO = "person@a.example"


def plan(*, attended: bool = True, live: bool = False) -> PlanFacts:
    needs = replace(NEEDS, live_organism=live)
    uses = uses_of(SLOT, ["R"], {"R": ROOM}, needs, "s", "O")
    session = PlannedSession(1, SLOT, attended, uses)
    home = FacilityFacts("F", "f", "f", "Asia/Hong_Kong", 1)
    return PlanFacts(home, needs, "s", "O", None, {"R": ROOM}, (session,), operators=(WHO,))


def at(start: float, length: float, *, live: bool, who: str = WHO) -> Elsewhere:
    begins = ZERO + hours(start)
    return Elsewhere(who, TimeRange(begins, begins + hours(length)), live)


@pytest.mark.parametrize(
    ("other", "live", "rules"),
    [
        (at(6, 2, live=True), False, ["person_flow"]),
        (at(6, 2, live=False), True, ["person_flow"]),
        (at(6, 2, live=False), False, []),
        # fifteen hours later it is the next day
        (at(15, 2, live=True), False, []),
        (at(14, 0.5, live=True), False, ["person_flow"]),
        (at(2, 4, live=False), False, ["person_busy"]),
        (at(4, 4, live=False), False, []),
        (at(2, 4, live=True, who="other@a.example"), False, []),
    ],
)
def test_person_is_warned_of_when_named_elsewhere(
    other: Elsewhere, live: bool, rules: list[str]
) -> None:
    found = list(people_findings(plan(live=live), [other]))
    assert [f.rule for f in found] == rules
    assert {str(f.severity) for f in found} <= {"warn"}


def test_nobody_is_warned_of_twice_when_named_in_many_sessions() -> None:
    many = [at(n, 3, live=True) for n in (0, 1, 2)]
    assert [f.rule for f in people_findings(plan(), many)] == ["person_flow", "person_busy"]


def test_nothing_is_said_when_nobody_is_in_the_room() -> None:
    assert list(people_findings(plan(attended=False), [at(0, 4, live=True)])) == []
