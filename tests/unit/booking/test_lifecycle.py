"""Every (state, verb) pair of bookings and sessions, legal or not."""

from __future__ import annotations

from itertools import product

import pytest

from hkbio_gmp.booking.lifecycle import (
    BOOKINGS,
    HOLDING,
    PAST,
    SESSIONS,
    BookingState,
    SessionState,
    shown_status,
)
from hkbio_gmp.kernel.errors import WrongState

B, S = BookingState, SessionState
LEGAL = {
    (B.DRAFT, "submit"): B.REQUESTED,
    (B.DRAFT, "cancel"): B.CANCELLED,
    (B.REQUESTED, "cancel"): B.CANCELLED,
    (B.REQUESTED, "approve"): B.APPROVED,
    (B.REQUESTED, "reject"): B.REJECTED,
    (B.REQUESTED, "counter_offer"): B.REQUESTED,
    (B.REQUESTED, "accept"): B.REQUESTED,
    (B.REQUESTED, "decline"): B.REQUESTED,
    (B.REQUESTED, "expire"): B.EXPIRED,
    (B.WAITLISTED, "cancel"): B.CANCELLED,
    (B.WAITLISTED, "offer"): B.WAITLISTED,
    (B.WAITLISTED, "accept"): B.REQUESTED,
    (B.WAITLISTED, "decline"): B.WAITLISTED,
    (B.WAITLISTED, "expire"): B.EXPIRED,
    (B.APPROVED, "cancel"): B.CANCELLED,
    (B.APPROVED, "countersign"): B.APPROVED,
    (B.APPROVED, "propose_move"): B.APPROVED,
    (B.APPROVED, "accept"): B.APPROVED,
    (B.APPROVED, "decline"): B.APPROVED,
}
LEGAL_SESSIONS = {
    (S.PLANNED, "check_in"): S.IN_USE,
    (S.IN_USE, "check_out"): S.CLEANING,
    (S.IN_USE, "abort"): S.ABORTED,
    (S.CLEANING, "perform_clearance"): S.CLEANING,
    (S.CLEANING, "verify_clearance"): S.CLEARED,
}


@pytest.mark.parametrize(("state", "verb"), sorted(LEGAL))
def test_booking_reaches_its_target_when_pair_is_legal(state: BookingState, verb: str) -> None:
    assert BOOKINGS.get(state, verb).target is LEGAL[state, verb]


@pytest.mark.parametrize(
    ("state", "verb"),
    [pair for pair in product(BookingState, sorted(BOOKINGS.verbs)) if pair not in LEGAL],
)
def test_booking_is_refused_when_pair_is_not_legal(state: BookingState, verb: str) -> None:
    with pytest.raises(WrongState):
        BOOKINGS.get(state, verb)


@pytest.mark.parametrize(("state", "verb"), sorted(LEGAL_SESSIONS))
def test_session_reaches_its_target_when_pair_is_legal(state: SessionState, verb: str) -> None:
    assert SESSIONS.get(state, verb).target is LEGAL_SESSIONS[state, verb]


@pytest.mark.parametrize(
    ("state", "verb"),
    [pair for pair in product(SessionState, sorted(SESSIONS.verbs)) if pair not in LEGAL_SESSIONS],
)
def test_session_is_refused_when_pair_is_not_legal(state: SessionState, verb: str) -> None:
    with pytest.raises(WrongState):
        SESSIONS.get(state, verb)


def test_only_approvals_and_verified_clearance_are_signed_when_table_is_read() -> None:
    signed = {row.verb for row in (*BOOKINGS, *SESSIONS) if row.meaning is not None}
    assert signed == {"approve", "countersign", "verify_clearance"}


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_asker_and_operator_never_decide_when_booking_is_requested(verb: str) -> None:
    assert BOOKINGS.get(B.REQUESTED, verb).never == ("requester", "operator")


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_proposer_never_decides_when_move_is_proposed(verb: str) -> None:
    assert BOOKINGS.get(B.APPROVED, verb).never == ("proposer",)


def test_each_act_has_a_past_tense_when_it_is_recorded() -> None:
    assert (BOOKINGS.verbs | SESSIONS.verbs) - {"offer", "expire"} == set(PAST)


def test_only_requested_and_approved_hold_when_states_are_compared() -> None:
    assert set(HOLDING) == {B.REQUESTED, B.APPROVED}


@pytest.mark.parametrize(
    ("sessions", "status"),
    [
        ([], "approved"),
        ([S.PLANNED, S.PLANNED], "approved"),
        ([S.IN_USE, S.PLANNED], "in_use"),
        ([S.CLEANING], "in_use"),
        ([S.CLEARED, S.PLANNED], "in_use"),
        ([S.CLEARED, S.ABORTED], "completed"),
        ([S.NO_SHOW, S.NO_SHOW], "no_show"),
        ([S.NO_SHOW, S.CLEARED], "completed"),
    ],
)
def test_status_follows_sessions_when_approved(sessions: list[SessionState], status: str) -> None:
    assert shown_status(B.APPROVED, sessions) == status


@pytest.mark.parametrize("state", [s for s in BookingState if s is not B.APPROVED])
def test_status_is_the_stored_one_when_not_approved(state: BookingState) -> None:
    assert shown_status(state, [S.IN_USE]) == str(state)
