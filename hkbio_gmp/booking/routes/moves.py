"""Another slot for a booking: a draft or request moves in place, an approved one by a proposal;
a facility offers one to a request."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import MoveForm
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.details import Details, details_of
from hkbio_gmp.booking.present.requesting import instant_of
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.services import BookingWish, change_request, moved_wish, propose_move
from hkbio_gmp.booking.services import counter_offer as offer
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, NotAllowed
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("moves", __name__, url_prefix="/bookings")
MOVE = "booking:slot:propose_move"
OFFER = "booking:slot:counter_offer"


@blueprint.route("/<reference>/move", methods=["GET", "POST"])
@requires(MOVE)
def move(reference: str) -> ResponseReturnValue:
    """Another slot for a booking; what it needs is said before anything changes."""
    return _another_slot(_to_move(reference, {"propose_move", "change"}), MOVE)


@blueprint.route("/<reference>/counter-offer", methods=["GET", "POST"])
@requires(OFFER)
def counter_offer(reference: str) -> ResponseReturnValue:
    """Another slot for a request, offered by the facility with a reason."""
    return _another_slot(_to_move(reference, {"counter_offer"}), OFFER)


def _another_slot(details: Details, permission: str) -> ResponseReturnValue:
    form = _form(details)
    findings: list[Finding] = []
    error: DomainError | None = None
    if form.validate_on_submit():
        try:
            _run(details.booking, form, permission)
        except REFUSED as refused:
            error, findings = refused, take_refusal(form, refused)
        else:
            flash(_told(details, permission), "ok")
            return redirect(url_for("bookings.booking", reference=details.booking.reference))
    page = render_template(
        "booking/move.html",
        details=details,
        form=form,
        findings=findings,
        offering=permission == OFFER,
    )
    return page, status_of(form, error)


def _to_move(reference: str, verbs: set[str]) -> Details:
    found = queries.get_booking(db.session, who(), reference)
    details = details_of(db.session, who(), found, clock.now())
    if not details.verbs & verbs:
        raise NotAllowed(Message("This booking cannot be moved by you or in its state."))
    return details


def _form(details: Details) -> MoveForm:
    zone = details.zone
    starts = instant_of(request.args.get("starts_at"), zone) or details.slot.starts
    ends = instant_of(request.args.get("ends_at"), zone) or starts + details.slot.length
    form = MoveForm(
        version=details.booking.version,
        starts_at=starts,
        ends_at=ends,
        resources=request.args.getlist("resources") or details.resources,
    )
    rooms = facilities.list_resources(db.session, details.booking.facility.code, bookable=True)
    form.resources.choices = [
        (r.code, f"{r.code} {r.grade or ''}") for r in rooms if r.state == "active"
    ]
    return form


def _wish(booking: Booking, form: MoveForm) -> BookingWish:
    """The booking at its new time; named resources replace those of every session."""
    wish = moved_wish(booking, form.starts_at.data, form.ends_at.data)
    chosen = tuple(form.resources.data or ())
    if not chosen or set(chosen) == set(queries.resources_of(booking)):
        return wish
    sessions = tuple(replace(session, resources=None) for session in wish.sessions)
    return replace(wish, resources=chosen, sessions=sessions)


def _run(booking: Booking, form: MoveForm, permission: str) -> None:
    person, reference, version = who(), booking.reference, form.read_version
    wish = _wish(booking, form)
    command, action = _ACTS[booking.status == "approved"] if permission == MOVE else _OFFERED
    actor = person.acting_for(
        permission, facility=booking.facility.code, organisation=booking.organisation.code
    )
    work.run(
        actor,
        action,
        form.reason.data or None,
        lambda unit: command(unit, person, reference, wish, version).reference,
    )


_ACTS = {
    True: (propose_move, "booking:slot:move_proposed"),
    False: (change_request, "booking:slot:changed"),
}
_OFFERED = (offer, "booking:slot:counter_offered")


def _told(details: Details, permission: str) -> str:
    if permission == OFFER:
        return _("The counter-offer is with the organisation; both slots are held meanwhile.")
    if details.booking.status == "approved":
        return _("The move is with the other side; the present slot stays until they decide.")
    return _("Moved.")
