"""Status, days left, renewal and unbroken cover."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.status import (
    RenewalFacts,
    covered_until,
    days_left,
    is_renewed,
    status_on,
    superseded_from,
)
from tests.unit.certification.papers import DAY, days, paper

S = CertificateState
UNTIL = date(2028, 2, 29)
BEGIN = date(2027, 3, 1)


def renewal(
    state: S = S.VALID, first: date = UNTIL + DAY, last: date = UNTIL + 365 * DAY
) -> RenewalFacts:
    return RenewalFacts(state, first, last)


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2028, 1, 29), "valid"),
        (date(2028, 1, 30), "due"),
        (UNTIL, "due"),
        (UNTIL + DAY, "expired"),
    ],
)
def test_status_follows_the_date_when_the_certificate_is_valid(today: date, status: str) -> None:
    assert status_on(paper(BEGIN, UNTIL, lead_days=(30, 7)), today) == status


def test_certificate_is_never_due_when_it_has_no_ladder() -> None:
    assert status_on(paper(BEGIN, UNTIL), UNTIL - DAY) == "valid"


@pytest.mark.parametrize("state", [s for s in S if s is not S.VALID])
def test_status_is_what_is_stored_when_it_is_not_valid(state: S) -> None:
    assert status_on(paper(BEGIN, UNTIL, state, lead_days=(30,)), UNTIL) == state.value


def test_certificate_is_superseded_from_the_first_day_of_its_renewal_when_verified() -> None:
    old = paper(BEGIN, UNTIL, lead_days=(30,), successor_from=UNTIL - DAY, renewed=True)
    assert status_on(old, UNTIL - 2 * DAY) == "valid"
    assert status_on(old, UNTIL - DAY) == "superseded"


@pytest.mark.parametrize(
    ("found", "renewed"),
    [
        (renewal(), True),
        (renewal(first=UNTIL + 2 * DAY), False),
        (renewal(S.SUBMITTED), False),
        (renewal(S.SUSPENDED), False),
        (renewal(last=UNTIL), False),
    ],
)
def test_certificate_is_renewed_only_when_a_verified_renewal_leaves_no_gap(
    found: RenewalFacts, renewed: bool
) -> None:
    assert is_renewed(UNTIL, [found]) is renewed


@pytest.mark.parametrize("state", list(S))
def test_renewal_supersedes_when_it_was_once_verified(state: S) -> None:
    verified = state in {S.VALID, S.SUSPENDED, S.WITHDRAWN}
    assert superseded_from([renewal(state)]) == (UNTIL + DAY if verified else None)


def test_days_left_is_zero_when_it_is_the_last_valid_day() -> None:
    assert [days_left(UNTIL, UNTIL + n * DAY) for n in (-1, 0, 1)] == [1, 0, -1]


@given(days, st.lists(st.tuples(st.integers(0, 90), st.integers(-5, 5)), min_size=1, max_size=6))
def test_cover_ends_at_the_first_gap_when_certificates_follow_each_other(
    begin: date, series: list[tuple[int, int]]
) -> None:
    held, first, gap = [], begin, None
    for length, shift in series:
        last = first + timedelta(days=length)
        held.append(paper(first, last))
        first = last + timedelta(days=1 + shift)
    covered = {day for c in held for day in _span(c.valid_from, c.valid_until)}
    gap = begin
    while gap in covered:
        gap += DAY
    assert covered_until(held[::-1], begin) == gap - DAY


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
