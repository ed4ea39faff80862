"""A session on the day: check in and out, abort, perform and verify the clearance."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import MaybeReasonForm, ReasonForm, VersionedForm
from hkbio_gmp.booking.lifecycle import PAST
from hkbio_gmp.booking.models import Booking, BookingSession
from hkbio_gmp.booking.present.sessions import session_verbs
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.routes.signing import ApproveForm, proof_for
from hkbio_gmp.booking.services import run_session, signed_record
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, NotAllowed, NotFound
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("sessions", __name__, url_prefix="/bookings")
VERBS = "any(check_in,check_out,abort,perform_clearance,verify_clearance)"
_FORMS: dict[str, type[VersionedForm]] = {"abort": ReasonForm, "verify_clearance": ApproveForm}


@blueprint.route(f"/<reference>/sessions/<int:number>/<{VERBS}:verb>", methods=["GET", "POST"])
@requires("booking:slot:read")
def act(reference: str, number: int, verb: str) -> ResponseReturnValue:
    """One act on one session."""
    booking = queries.get_booking(db.session, who(), reference)
    session = _to_do(booking, number, verb)
    form = _FORMS.get(verb, MaybeReasonForm)(version=booking.version)
    findings: list[Finding] = []
    error: DomainError | None = None
    if form.validate_on_submit():
        try:
            _run(booking, number, verb, form)
        except REFUSED as refused:
            error, findings = refused, take_refusal(form, refused)
        else:
            flash(_("Recorded for session %(number)s.", number=number), "ok")
            return redirect(url_for("bookings.booking", reference=reference))
    page = render_template(
        "booking/session.html",
        booking=booking,
        session=session,
        verb=verb,
        form=form,
        findings=findings,
        record=signed_record(db.session, booking),
        now=clock.now(),
    )
    return page, status_of(form, error)


def _to_do(booking: Booking, number: int, verb: str) -> BookingSession:
    session = next((s for s in booking.sessions if s.number == number), None)
    if session is None:
        raise NotFound()
    if verb not in session_verbs(who(), booking, session):
        raise NotAllowed(Message("This is not yours to do, or not in the session's state."))
    return session


def _run(booking: Booking, number: int, verb: str, form: VersionedForm) -> None:
    person, reference = who(), booking.reference
    proof = None
    if isinstance(form, ApproveForm):
        proof = proof_for(booking, form, current_app.extensions["settings"])
    work.run(
        person.acting_for(f"booking:session:{verb}", facility=booking.facility.code),
        f"booking:session:{PAST[verb]}",
        form["reason"].data or None,
        lambda unit: run_session(unit, person, reference, number, verb, proof).reference,
    )
