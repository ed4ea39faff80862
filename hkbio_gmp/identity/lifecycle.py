"""The life of a grant: GMP roles are proposed by admin and confirmed at the facility."""

from __future__ import annotations

from enum import StrEnum

from hkbio_gmp.kernel.transitions import Transition, TransitionTable


class GrantState(StrEnum):
    """States of a grant."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


_NEVER = ("proposer", "subject")

GRANTS: TransitionTable[GrantState] = TransitionTable(
    "grant",
    [
        Transition(
            GrantState.PROPOSED,
            "confirm",
            GrantState.CONFIRMED,
            "identity:grant:confirm",
            never=_NEVER,
        ),
        Transition(
            GrantState.PROPOSED,
            "refuse",
            GrantState.REFUSED,
            "identity:grant:confirm",
            never=("subject",),
            needs_reason=True,
        ),
        Transition(
            GrantState.PROPOSED,
            "end",
            GrantState.ENDED,
            "identity:grant:end",
            needs_reason=True,
        ),
        Transition(
            GrantState.CONFIRMED,
            "end",
            GrantState.ENDED,
            "identity:grant:end",
            needs_reason=True,
        ),
    ],
)
