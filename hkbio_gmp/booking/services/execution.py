"""A session on the day: actual times are facts and never refused for being late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hkbio_gmp.booking.lifecycle import SESSIONS, BookingState, SessionState
from hkbio_gmp.booking.models import Booking, BookingSession
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.evaluation import evaluate, viewer_of
from hkbio_gmp.booking.services.people import is_named, may_read
from hkbio_gmp.booking.services.plan import plan_of
from hkbio_gmp.booking.services.signatures import signed_record
from hkbio_gmp.booking.services.writing import load_booking, lock_plan
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SigningProof, sign
from hkbio_gmp.kernel.errors import NotAllowed, NotFound, NotValid, SignatureRefused, WrongState
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def run_session(
    work: Work,
    principal: PersonPrincipal,
    reference: str,
    number: int,
    verb: str,
    proof: SigningProof | None = None,
) -> Booking:
    """Check in or out, abort, perform or verify a clearance on one session.

    Raises NotFound, NotAllowed, WrongState, NotValid while a rule blocks the check-in,
    SignatureRefused where verifying a clearance is not signed.
    """
    booking = load_booking(work, reference)
    if not may_read(principal, booking):
        raise NotFound()
    session = next((s for s in booking.sessions if s.number == number), None)
    if session is None or booking.status != BookingState.APPROVED:
        raise WrongState(Message("The booking has no such approved session."))
    row = SESSIONS.get(SessionState(session.state), verb)
    _check_person(principal, booking, row.permission)
    _ACTS[verb](work, principal, session, proof)
    session.state = str(row.target)
    booking.version += 1
    work.session.flush()
    return booking


def _check_person(principal: PersonPrincipal, booking: Booking, permission: str) -> None:
    """A named operator, or one of the facility."""
    facility = principal.may(permission, facility=booking.facility.code)
    if not facility and not is_named(principal, booking):
        raise NotAllowed(Message("Only a named operator or one of the facility may do this."))


def _check_in(
    work: Work, principal: PersonPrincipal, session: BookingSession, _proof: SigningProof | None
) -> None:
    booking = session.booking
    plan = plan_of(work.session, booking)
    only = replace(plan, sessions=tuple(s for s in plan.sessions if s.number == session.number))
    lock_plan(work, only)
    viewer = viewer_of(principal)
    found = evaluate(work.session, only, viewer, work.at, at_check_in=True, started=True)
    if found.verdict is Verdict.BLOCKED:
        raise NotValid(Message("A rule blocks the check-in."), findings=found.findings)
    session.checked_in_at, session.checked_in_by = work.at, principal.code


def _check_out(
    work: Work, _principal: PersonPrincipal, session: BookingSession, _proof: SigningProof | None
) -> None:
    session.checked_out_at = work.at


def _abort(
    work: Work, principal: PersonPrincipal, session: BookingSession, proof: SigningProof | None
) -> None:
    need_reason(work)
    _check_out(work, principal, session, proof)


def _perform(
    _work: Work, principal: PersonPrincipal, session: BookingSession, _proof: SigningProof | None
) -> None:
    session.clearance_by = principal.code


def _verify(
    work: Work, principal: PersonPrincipal, session: BookingSession, proof: SigningProof | None
) -> None:
    if session.clearance_by is None:
        raise WrongState(Message("The clearance is not performed yet."))
    if principal.code == session.clearance_by or is_named(principal, session.booking):
        raise NotAllowed(
            Message("A second person who was not on the session verifies the clearance.")
        )
    if proof is None:
        raise SignatureRefused(Message("Verifying a clearance is signed with the password."))
    record = signed_record(work.session, session.booking)
    sign(work, principal, proof, "line clearance verified", record)


_Act = Callable[[Work, PersonPrincipal, BookingSession, SigningProof | None], None]
_ACTS: dict[str, _Act] = {
    "check_in": _check_in,
    "check_out": _check_out,
    "abort": _abort,
    "perform_clearance": _perform,
    "verify_clearance": _verify,
}
