"""Uses, matrices and segregation for tests of the pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hkbio_gmp.booking.rules.occupancy import RuleBook, Use, occupancy
from hkbio_gmp.facilities.rules.changeover import ChangeoverMatrix, ChangeoverRule, expand
from hkbio_gmp.facilities.rules.segregation import SegregationRule, SegregationRules
from hkbio_gmp.kernel.timerange import TimeRange

ZERO = datetime(2027, 1, 4, 1, tzinfo=UTC)
CLASSES = ("cell", "vector", "training")
MATRIX = ChangeoverMatrix(
    "LCT",
    3,
    expand(
        [
            ChangeoverRule("*", "*", True, 120, "", ""),
            ChangeoverRule("vector", "vector", False, 2880, "", ""),
            ChangeoverRule("vector", "*", False, 4320, "", ""),
            ChangeoverRule("cell", "cell", False, 480, "", ""),
            ChangeoverRule("training", "training", False, 0, "", ""),
            ChangeoverRule("*", "*", False, 1440, "", ""),
        ],
        CLASSES,
    ),
)
APART = SegregationRule("zone", "vector", "cell", "block", "Annex 2A 3.2")
UNEASY = SegregationRule("zone", "vector", "training", "warn", "a rule of the house")
BOOK = RuleBook(MATRIX, SegregationRules("LCT", 3, (APART, UNEASY)))


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def use(
    start: float,
    length: float = 8,
    made: str = "cell",
    series: str = "A",
    *,
    resource: str = "R1",
    zone: str | None = None,
    setup: float = 0,
    turnaround: float = 0,
    booking: str | None = None,
    organisation: str | None = None,
    room: str | None = None,
    decided_under: int | None = None,
    unit: str | None = None,
    vector: str | None = None,
    infected: bool = False,
) -> Use:
    """A use that starts ``start`` hours after ZERO."""
    slot = TimeRange(ZERO + hours(start), ZERO + hours(start + length))
    held = occupancy(slot, hours(setup), hours(turnaround))
    place = (booking, organisation, room, decided_under, unit, vector, infected)
    return Use(resource, slot, held, made, series, zone, *place)
