"""What a refusal says, and what it never says of another tenant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules import assessment
from hkbio_gmp.booking.rules.assessment import Viewer, clash_finding, conflict_of
from hkbio_gmp.booking.rules.holds import hold_until
from hkbio_gmp.booking.rules.occupancy import Clash, Occupied, clashes
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts, ResourceFacts
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.uses import BOOK, ZERO, hours, use

OWN = Viewer(frozenset({"STARTUP-A"}))
OTHER = Viewer(frozenset({"STARTUP-C"}))
MANAGER = Viewer(frozenset(), frozenset({"LCT"}))
DAYS = st.lists(st.dates(date(2027, 1, 5), date(2027, 12, 31)), min_size=1)
SECRETS = ("STARTUP-A", "LCT-2027-000007", "vector", "SERIES")


def taken(reason: str) -> Clash:
    """A clash with a vector run of STARTUP-A."""
    neighbour = use(
        0, made="vector", series="SERIES", zone="Z1", booking="LCT-2027-000007",
        organisation="STARTUP-A", resource="R2" if reason == "segregation" else "R1",
    )  # fmt: skip
    start = 20 if reason == "changeover" else 4
    (clash,) = clashes(BOOK, use(start, zone="Z1"), Occupied((neighbour,)))
    assert clash.reason == reason
    return clash


@pytest.mark.parametrize("reason", ["occupied", "changeover", "segregation"])
def test_neighbour_is_not_told_when_it_is_foreign(reason: str) -> None:
    found = clash_finding(taken(reason), OTHER, "LCT")
    said = f"{found} {found.message.english()} {conflict_of(taken(reason), OTHER, 'LCT')}"
    assert not [secret for secret in SECRETS if secret in said]


def test_segregation_reads_occupied_when_neighbour_is_foreign() -> None:
    assert conflict_of(taken("segregation"), OTHER, "LCT").reason == "occupied"
    assert clash_finding(taken("segregation"), OTHER, "LCT").rule == "occupied"


def test_changeover_gives_the_earliest_start_when_neighbour_is_foreign() -> None:
    assert conflict_of(taken("changeover"), OTHER, "LCT").ends == ZERO + hours(80)


@pytest.mark.parametrize("viewer", [OWN, MANAGER, Viewer(None, None)])
def test_booking_is_named_when_viewer_may_see_it(viewer: Viewer) -> None:
    said = clash_finding(taken("occupied"), viewer, "LCT").message.english()
    assert "LCT-2027-000007" in said


def test_manager_is_shown_occupied_only_when_facility_is_another() -> None:
    assert not MANAGER.may_see(use(0, organisation="STARTUP-A"), "CUHK")


NEEDS = ProcessClassFacts(
    "cell", "Cell", "細胞", "production", 0, 0, ("B",), ("C", "B"), True, False
)


def room(grade: str) -> ResourceFacts:
    """A room of a grade."""
    return ResourceFacts(
        "R1", "LCT", "room", "R1", "R1", grade, None, None, 3, "Z1", None, (), True, True
    )


@pytest.mark.parametrize(
    ("grade", "open_processing", "severity"),
    [("B", True, "ok"), ("C", True, "block"), ("C", False, "ok"), ("D", False, "block")],
)
def test_grade_decides_when_processing_is_open_or_closed(
    grade: str, open_processing: bool, severity: str
) -> None:
    found = assessment.room_finding(room(grade), NEEDS, open_processing=open_processing)
    assert found.severity == severity
    assert "3.11" in found.source


@pytest.mark.parametrize(
    ("status", "severity"), [("accepted", "ok"), ("proposed", "block"), ("closed", "block")]
)
def test_project_decides_when_booking_is_gmp(status: str, severity: str) -> None:
    assert assessment.project_finding("P1", status, NEEDS).severity == severity


def test_nobody_named_warns_when_work_is_attended() -> None:
    found = assessment.operators_finding(0, attended=True)
    assert found is not None and found.severity is Severity.WARN


@pytest.mark.parametrize(("named", "attended"), [(1, True), (0, False)])
def test_nothing_is_said_when_named_or_unattended(named: int, attended: bool) -> None:
    assert assessment.operators_finding(named, attended=attended) is None


def test_attended_time_warns_when_it_leaves_opening_hours() -> None:
    opened = [TimeRange(ZERO, ZERO + hours(9))]
    inside = TimeRange(ZERO + hours(1), ZERO + hours(9))
    outside = TimeRange(ZERO + hours(1), ZERO + hours(10))
    assert assessment.opening_finding(1, inside, opened, 0) is None
    found = assessment.opening_finding(1, outside, opened, 2)
    assert found is not None and found.severity is Severity.WARN


def test_slot_is_blocked_when_it_began_in_the_past() -> None:
    assert assessment.past_finding(ZERO, ZERO) is None
    found = assessment.past_finding(ZERO, ZERO + timedelta(minutes=1))
    assert found is not None and found.severity is Severity.BLOCK


def block(clears_at: datetime | None) -> Finding:
    """A finding that blocks."""
    return Finding("r", Severity.BLOCK, "s", Message("m"), clears_at=clears_at)


def test_last_block_clears_all_when_every_one_has_a_date() -> None:
    both = [block(ZERO), block(ZERO + hours(1))]
    assert assessment.earliest_clear(both) == ZERO + hours(1)
    assert assessment.earliest_clear([*both, block(None)]) is None
    assert assessment.earliest_clear([]) is None


@given(st.integers(1, 30), DAYS)
def test_hold_runs_to_the_end_of_an_open_day_when_requested(days: int, some: list[date]) -> None:
    opened = sorted(set(some))
    until = hold_until(opened, "Asia/Hong_Kong", days)
    last = until.astimezone(ZoneInfo("Asia/Hong_Kong")) - timedelta(days=1)
    assert (last.hour, last.date() in opened) == (0, True)
    assert sum(day <= last.date() for day in opened) == min(days, len(opened))
