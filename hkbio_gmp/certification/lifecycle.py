"""The life of a certificate. ``due``, ``expired`` and ``superseded`` are worked out, not stored."""

from __future__ import annotations

from enum import StrEnum

from hkbio_gmp.kernel.transitions import Transition, TransitionTable


class CertificateState(StrEnum):
    """What is stored."""

    SUBMITTED = "submitted"
    REJECTED = "rejected"
    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


S = CertificateState
_NEVER = ("submitter", "subject")


def _row(state: S, verb: str, target: S, meaning: str, *, reason: bool = True) -> Transition[S]:
    permission = f"certification:certificate:{verb}"
    return Transition(state, verb, target, permission, meaning, _NEVER, needs_reason=reason)


CERTIFICATES: TransitionTable[S] = TransitionTable(
    "certificate",
    [
        _row(S.SUBMITTED, "verify", S.VALID, "verified", reason=False),
        _row(S.SUBMITTED, "reject", S.REJECTED, "rejected"),
        _row(S.VALID, "suspend", S.SUSPENDED, "suspended"),
        _row(S.SUSPENDED, "reinstate", S.VALID, "reinstated"),
        _row(S.VALID, "withdraw", S.WITHDRAWN, "withdrawn"),
        _row(S.SUSPENDED, "withdraw", S.WITHDRAWN, "withdrawn"),
    ],
)
ENDS_VALIDITY = frozenset({"suspend", "withdraw"})
ONCE_VERIFIED = frozenset({S.VALID, S.SUSPENDED, S.WITHDRAWN})
"""Only what was verified can be in these states."""
PAST = {
    "verify": "verified",
    "reject": "rejected",
    "suspend": "suspended",
    "reinstate": "reinstated",
    "withdraw": "withdrawn",
}
"""Verb → the past tense that the log uses."""
