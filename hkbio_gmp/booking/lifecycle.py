"""The life of a booking and of each of its sessions: who may, who never, what is signed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from hkbio_gmp.kernel.transitions import Transition, TransitionTable


class BookingState(StrEnum):
    """What is stored; ``in_use``, ``completed`` and ``no_show`` are worked out from sessions."""

    DRAFT = "draft"
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WAITLISTED = "waitlisted"


class SessionState(StrEnum):
    """States of one session."""

    PLANNED = "planned"
    IN_USE = "in_use"
    CLEANING = "cleaning"
    CLEARED = "cleared"
    NO_SHOW = "no_show"
    ABORTED = "aborted"


B, S = BookingState, SessionState
HOLDING = frozenset({B.REQUESTED, B.APPROVED})

BOOKINGS: TransitionTable[BookingState] = TransitionTable(
    "booking",
    [
        Transition(B.DRAFT, "submit", B.REQUESTED, "booking:slot:submit"),
        Transition(B.DRAFT, "cancel", B.CANCELLED, "booking:slot:cancel", needs_reason=True),
        Transition(B.REQUESTED, "cancel", B.CANCELLED, "booking:slot:cancel", needs_reason=True),
        Transition(B.APPROVED, "cancel", B.CANCELLED, "booking:slot:cancel", needs_reason=True),
        Transition(
            B.REQUESTED,
            "approve",
            B.APPROVED,
            "booking:slot:approve",
            meaning="approved",
            never=("requester", "operator"),
        ),
        Transition(
            B.REQUESTED,
            "reject",
            B.REJECTED,
            "booking:slot:reject",
            never=("requester", "operator"),
            needs_reason=True,
        ),
        Transition(
            B.REQUESTED,
            "counter_offer",
            B.REQUESTED,
            "booking:slot:counter_offer",
            never=("requester", "operator"),
            needs_reason=True,
        ),
        Transition(B.REQUESTED, "accept", B.REQUESTED, "booking:slot:accept", never=("proposer",)),
        Transition(
            B.REQUESTED, "decline", B.REQUESTED, "booking:slot:decline", never=("proposer",)
        ),
        Transition(B.REQUESTED, "expire", B.EXPIRED, "job"),
        Transition(B.WAITLISTED, "cancel", B.CANCELLED, "booking:slot:cancel", needs_reason=True),
        Transition(B.WAITLISTED, "offer", B.WAITLISTED, "job"),
        Transition(B.WAITLISTED, "accept", B.REQUESTED, "booking:slot:accept", never=("proposer",)),
        Transition(
            B.WAITLISTED, "decline", B.WAITLISTED, "booking:slot:decline", never=("proposer",)
        ),
        Transition(B.WAITLISTED, "expire", B.EXPIRED, "job"),
        Transition(
            B.APPROVED,
            "countersign",
            B.APPROVED,
            "booking:slot:countersign",
            meaning="countersigned",
            never=("requester", "operator"),
        ),
        Transition(B.APPROVED, "propose_move", B.APPROVED, "booking:slot:propose_move"),
        Transition(B.APPROVED, "accept", B.APPROVED, "booking:slot:accept", never=("proposer",)),
        Transition(B.APPROVED, "decline", B.APPROVED, "booking:slot:decline", never=("proposer",)),
    ],
)

SESSIONS: TransitionTable[SessionState] = TransitionTable(
    "session",
    [
        Transition(S.PLANNED, "check_in", S.IN_USE, "booking:session:check_in"),
        Transition(S.IN_USE, "check_out", S.CLEANING, "booking:session:check_out"),
        Transition(S.IN_USE, "abort", S.ABORTED, "booking:session:abort", needs_reason=True),
        Transition(
            S.CLEANING, "perform_clearance", S.CLEANING, "booking:session:perform_clearance"
        ),
        Transition(
            S.CLEANING,
            "verify_clearance",
            S.CLEARED,
            "booking:session:verify_clearance",
            meaning="line clearance verified",
            never=("performer", "operator"),
        ),
    ],
)

PAST = {
    "submit": "submitted",
    "cancel": "cancelled",
    "approve": "approved",
    "reject": "rejected",
    "countersign": "countersigned",
    "counter_offer": "counter_offered",
    "propose_move": "move_proposed",
    "accept": "move_accepted",
    "decline": "move_declined",
    "check_in": "checked_in",
    "check_out": "checked_out",
    "abort": "aborted",
    "perform_clearance": "clearance_performed",
    "verify_clearance": "clearance_verified",
}


def shown_status(stored: BookingState, sessions: Iterable[SessionState]) -> str:
    """The contract's status: that of an approved booking is worked out from its sessions."""
    states = list(sessions)
    if stored is not B.APPROVED or not states:
        return str(stored)
    if all(state is S.NO_SHOW for state in states):
        return "no_show"
    if all(state in {S.CLEARED, S.ABORTED, S.NO_SHOW} for state in states):
        return "completed"
    started = any(state is not S.PLANNED for state in states)
    return "in_use" if started else str(stored)
