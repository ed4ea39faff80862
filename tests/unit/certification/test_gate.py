"""The gate at the slot's dates, sentence by sentence of the contract, and its laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.gate import gate_finding
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.kernel.findings import Severity
from hkbio_gmp.kernel.timerange import day_start
from tests.unit.certification.papers import (
    DAY,
    FIRST,
    WEIGHT,
    ZONE,
    ZONES,
    days,
    finding,
    gate,
    paper,
    papers,
    slots,
    valid_papers,
)

S = CertificateState
Slot = tuple[date, date]
SLOT = date(2027, 3, 15)
END = date(2027, 3, 20)
ASKED = gate(SLOT, END)
D = SLOT - timedelta(days=7)


def test_gate_is_open_when_the_certificate_is_valid_to_the_last_day() -> None:
    found = finding(ASKED, FIRST, paper(FIRST, END))
    assert found.severity is Severity.OK
    assert found.rule == "certificate:kind"


@pytest.mark.parametrize(
    ("today", "severity"),
    [(FIRST, Severity.WARN), (D, Severity.WARN), (D + DAY, Severity.BLOCK), (SLOT, Severity.BLOCK)],
)
def test_gate_warns_up_to_d_when_the_certificate_lapses_before_the_end(
    today: date, severity: Severity
) -> None:
    found = finding(ASKED, today, paper(FIRST, END - DAY))
    assert found.severity is severity
    if severity is Severity.WARN:
        assert str(found.remedy) == "Conditional on renewal by Mon 8 Mar 2027."


@pytest.mark.parametrize("days_before", [0, 7, 30])
def test_d_moves_when_the_kind_sets_it(days_before: int) -> None:
    asked = gate(SLOT, END, renewal_days=days_before)
    last = SLOT - timedelta(days=days_before)
    lapsing = paper(FIRST, END - DAY)
    assert finding(asked, last, lapsing).severity is Severity.WARN
    assert finding(asked, last + DAY, lapsing).severity is Severity.BLOCK


def test_gate_warns_when_the_certificate_has_lapsed_and_d_is_ahead() -> None:
    old = paper(FIRST, FIRST + DAY)
    found = finding(ASKED, FIRST + 5 * DAY, old)
    assert found.severity is Severity.WARN
    assert "lapsed on" in str(found.message)
    assert finding(ASKED, D + DAY, old).severity is Severity.BLOCK


@pytest.mark.parametrize("state", [S.SUBMITTED, S.REJECTED, S.SUSPENDED, S.WITHDRAWN])
def test_gate_blocks_when_the_only_certificate_does_not_count(state: S) -> None:
    found = finding(ASKED, FIRST, paper(FIRST, END, state))
    assert found.severity is Severity.BLOCK


def test_gate_blocks_when_there_is_no_certificate() -> None:
    found = finding(ASKED, FIRST)
    assert found.severity is Severity.BLOCK
    assert found.link is None
    assert "missing" in str(found.message)


def test_gate_blocks_when_a_certificate_in_force_is_suspended_beside_a_valid_one() -> None:
    found = finding(ASKED, FIRST, paper(FIRST, END), paper(FIRST, END, S.SUSPENDED))
    assert found.severity is Severity.BLOCK
    assert "suspended" in str(found.message)


def test_gate_is_open_when_a_renewal_has_replaced_the_suspended_one() -> None:
    old = paper(FIRST, END, S.SUSPENDED, successor_from=SLOT)
    assert finding(ASKED, FIRST, old, paper(SLOT, END)).severity is Severity.OK


@pytest.mark.parametrize("state", [S.SUSPENDED, S.WITHDRAWN])
def test_old_certificate_stays_replaced_when_its_renewal_is_stopped(state: S) -> None:
    old = paper(FIRST, END, successor_from=FIRST + DAY)
    renewal = paper(FIRST + DAY, END, state)
    assert finding(ASKED, FIRST + 2 * DAY, old, renewal).severity is Severity.BLOCK


def test_gate_says_when_it_clears_when_the_certificate_begins_later() -> None:
    later = paper(SLOT + DAY, END)
    found = finding(ASKED, FIRST, later)
    assert found.severity is Severity.BLOCK
    assert found.clears_at == day_start(SLOT + DAY, ZONE)


@pytest.mark.parametrize("today", [FIRST, D, SLOT])
def test_check_in_is_blocked_when_the_certificate_lapses_before_the_end(today: date) -> None:
    asked = replace(ASKED, at_check_in=True)
    assert finding(asked, today, paper(FIRST, END - DAY)).severity is Severity.BLOCK
    assert finding(asked, today, paper(FIRST, END)).severity is Severity.OK


@pytest.mark.parametrize("zone", ZONES)
def test_last_instant_counts_as_its_own_day_when_occupancy_ends_at_midnight(zone: str) -> None:
    asked = gate(date(2028, 2, 28), date(2028, 2, 29), zone)
    covered, short = paper(FIRST, date(2028, 2, 29)), paper(FIRST, date(2028, 2, 28))
    assert finding(asked, FIRST, covered).severity is Severity.OK
    assert finding(asked, FIRST, short).severity is Severity.WARN


@given(valid_papers, st.lists(papers(), max_size=3), slots, days, st.integers(1, 200))
def test_verdict_never_worsens_when_a_certificate_is_extended(
    one: CertificateFacts, others: list[CertificateFacts], slot: Slot, today: date, more: int
) -> None:
    longer = replace(one, valid_until=one.valid_until + timedelta(days=more))
    assert weight(slot, today, longer, *others) <= weight(slot, today, one, *others)


@given(valid_papers, st.lists(papers(), max_size=3), slots, days)
def test_verdict_never_worsens_when_a_valid_certificate_is_added(
    one: CertificateFacts, others: list[CertificateFacts], slot: Slot, today: date
) -> None:
    assert weight(slot, today, one, *others) <= weight(slot, today, *others)


@given(valid_papers, st.lists(papers(), max_size=3), slots, days)
def test_verdict_never_improves_when_a_certificate_is_suspended(
    one: CertificateFacts, others: list[CertificateFacts], slot: Slot, today: date
) -> None:
    stopped = replace(one, state=S.SUSPENDED)
    assert weight(slot, today, stopped, *others) >= weight(slot, today, one, *others)


@given(st.lists(papers(), max_size=4), slots, days, st.integers(0, 60))
def test_verdict_never_improves_when_time_alone_passes(
    held: list[CertificateFacts], slot: Slot, today: date, later: int
) -> None:
    assert weight(slot, today, *held) <= weight(slot, today + timedelta(days=later), *held)


@given(st.lists(papers(), max_size=4), slots, days)
def test_check_in_is_never_let_through_with_a_warning_when_it_is_due(
    held: list[CertificateFacts], slot: Slot, today: date
) -> None:
    found = finding(gate(*slot, at_check_in=True), today, *held)
    assert found.severity is not Severity.WARN


@given(st.lists(valid_papers, max_size=5), slots)
def test_gate_is_open_only_when_no_day_of_the_slot_is_uncovered(
    held: list[CertificateFacts], slot: Slot
) -> None:
    first, last = slot
    each = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    covered = all(any(c.speaks_between(day, day) for c in held) for day in each)
    assert (finding(gate(*slot), first, *held).severity is Severity.OK) == covered


@given(papers(), slots, st.sampled_from(ZONES), days)
def test_finding_depends_on_calendar_days_alone_when_the_zone_changes(
    one: CertificateFacts, slot: Slot, zone: str, today: date
) -> None:
    there = gate_finding(gate(*slot, zone), [one], day_start(today, zone) + timedelta(hours=2))
    assert finding(gate(*slot), today, one).severity is there.severity


def weight(slot: Slot, today: date, *held: CertificateFacts) -> int:
    return WEIGHT[finding(gate(*slot), today, *held).severity]
