"""How long bookings of one series may follow each other in a room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hkbio_gmp.booking.rules.campaigns import campaign_findings
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession
from hkbio_gmp.facilities.rules.facts import FacilityFacts
from tests.unit.booking.test_shifting import NEEDS, ROOM
from tests.unit.booking.uses import BOOK, MATRIX, use

CELLS = replace(NEEDS, code="cell", campaign_days=4)


def plan(start: float, length: float = 24, *, series: str = "A", days: int | None = 4) -> PlanFacts:
    taken = use(start, length, series=series, resource="R")
    session = PlannedSession(1, taken.slot, attended=True, uses=(taken,))
    home = FacilityFacts("F", "f", "f", "Asia/Hong_Kong", 1)
    needs = replace(CELLS, campaign_days=days)
    return PlanFacts(home, needs, series, "O", None, {"R": ROOM}, (session,), reference="NEW")


def day(number: int, **more: str) -> Use:
    """A day's use of the room, the others before it."""
    given = {"resource": "R", "booking": f"OLD-{number}", **more}
    return use(26 * number, 24, **given)  # type: ignore[arg-type]


FULL = max(row.minutes for (made, *_), row in MATRIX.rows.items() if made == "cell") / 60


@pytest.mark.parametrize(
    ("taken", "wanted", "blocked"),
    [
        ([day(n) for n in range(3)], plan(26 * 3), True),
        ([day(n) for n in range(2)], plan(26 * 2), False),
        ([day(n) for n in range(3)], plan(26 * 2 + 24 + FULL), False),
        ([day(n) for n in range(3)], plan(26 * 3, days=None), False),
        ([day(n, series="B") for n in range(3)], plan(26 * 3), False),
        ([day(n, resource="R2") for n in range(3)], plan(26 * 3), False),
        ([day(n) for n in (1, 2, 3)], plan(0), True),
        ([], plan(0, 24 * 9), False),
        ([day(n, booking="NEW") for n in range(3)], plan(26 * 3), False),
    ],
)
def test_campaign_is_cut_when_it_lasts_longer_than_its_class_allows(
    taken: list[Use], wanted: PlanFacts, blocked: bool
) -> None:
    found = list(campaign_findings(wanted, BOOK, taken))
    assert [f.rule for f in found] == (["campaign"] if blocked else [])
    assert all(f.severity == "block" and f.clears_at for f in found)
