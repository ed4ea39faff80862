"""Process simulations after a long pause (PE 009-17 Annex 2A 5.19)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.gates import KindFacts
from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession, uses_of
from hkbio_gmp.booking.rules.simulation import LOOK_BACK, Pause, simulation_finding, turning_days
from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities.rules.facts import FacilityFacts
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.test_shifting import NEEDS, ROOM
from tests.unit.booking.uses import ZERO, hours

FIRST = ZERO.date()
KIND = KindFacts("process_aps", "Process simulation", True, 7, "Annex 1 9.38")
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def result(day: date, state: str = "valid") -> CertificateFacts:
    return CertificateFacts("C", CertificateState(state), day, day + timedelta(days=181))


def plan() -> PlanFacts:
    slot = TimeRange(ZERO, ZERO + hours(8))
    uses = uses_of(slot, ["R"], {"R": ROOM}, NEEDS, "s", "O")
    home = FacilityFacts("F", "f", "f", "Asia/Hong_Kong", 1)
    session = PlannedSession(1, slot, attended=True, uses=uses)
    return PlanFacts(home, NEEDS, "s", "O", None, {"R": ROOM}, (session,))


def said(
    last: datetime | None, *results: CertificateFacts, before: int = 30, **more: bool
) -> Finding | None:
    """What is said so many days before the slot."""
    now = ZERO - timedelta(days=before)
    pause = Pause(FIRST, last.date() if last else None)
    return simulation_finding(plan(), pause, KIND, results, now, **more)


@pytest.mark.parametrize(
    ("last", "asked"),
    [
        (FIRST - timedelta(days=1), 0),
        (FIRST - relativedelta(months=6), 0),
        (FIRST - relativedelta(months=6) - timedelta(days=1), 1),
        (FIRST - relativedelta(months=12), 1),
        (FIRST - relativedelta(months=12) - timedelta(days=1), 3),
        (None, 3),
    ],
)
def test_pause_asks_for_as_many_as_it_was_long(last: date | None, asked: int) -> None:
    assert Pause(FIRST, last).results == asked


def test_result_counts_when_it_lies_between_the_pause_and_the_slot() -> None:
    pause = Pause(FIRST, FIRST - timedelta(days=200))
    found = [
        result(FIRST - timedelta(days=201)),
        result(FIRST - timedelta(days=199)),
        result(FIRST),
        result(FIRST + timedelta(days=1)),
        result(FIRST - timedelta(days=10), "suspended"),
        result(FIRST - timedelta(days=10), "submitted"),
    ]
    assert pause.passed(found) == 2


def test_older_ones_do_not_count_when_more_than_a_year_went_by() -> None:
    pause = Pause(FIRST, None)
    assert pause.passed([result(FIRST - timedelta(days=n)) for n in (400, 367, 360, 30)]) == 2


def test_nothing_is_said_when_there_was_no_pause() -> None:
    assert said(ZERO - timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("before", "at_check_in", "severity"),
    [(30, False, "warn"), (7, False, "warn"), (6, False, "block"), (30, True, "block")],
)
def test_missing_result_warns_until_the_day_to_renew_and_blocks_from_then_on(
    before: int, at_check_in: bool, severity: str
) -> None:
    found = said(ZERO - timedelta(days=200), before=before, at_check_in=at_check_in)
    assert found is not None and found.severity == severity and found.remedy is not None
    assert found.rule == "process_simulation" and "5.19" in found.source


def test_pause_is_told_of_when_its_results_are_there() -> None:
    found = said(ZERO - timedelta(days=200), result(FIRST - timedelta(days=20)))
    assert found is not None and found.severity == "ok"


@pytest.mark.parametrize("kind", [None, KIND._replace(blocks_booking=False)])
def test_nothing_is_asked_for_when_the_kind_opens_no_gate(kind: KindFacts | None) -> None:
    assert simulation_finding(plan(), Pause(FIRST, None), kind, [], ZERO) is None


@given(days, st.lists(st.integers(0, 900).map(lambda n: timedelta(days=n)), max_size=4))
def test_word_stays_when_no_turning_day_comes(last: date, ages: list[timedelta]) -> None:
    results = [result(last + age) for age in ages]
    turns = turning_days((last,), tuple(one.valid_from for one in results)) | {
        one.valid_from for one in results
    }
    for day in (last + timedelta(days=n) for n in range(1, LOOK_BACK.days)):
        if day in turns:
            continue
        now, before = Pause(day, last), Pause(day - timedelta(days=1), last)
        if before.first > last:
            assert (now.results, now.passed(results)) == (before.results, before.passed(results))
