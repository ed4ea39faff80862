"""Acts on a booking: submit, cancel, approve, reject, accept or decline a move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import MaybeReasonForm, ReasonForm, RejectForm, VersionedForm
from hkbio_gmp.booking.lifecycle import PAST
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.details import Details, details_of
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.routes.signing import ApproveForm, approve_signed, countersign_signed
from hkbio_gmp.booking.services import (
    alternatives,
    cancel_booking,
    decide_move,
    reject_booking,
    signed_record,
    submit_booking,
    wish_of,
)
from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.filters import time_range
from hkbio_gmp.web.forms import SignForm
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("acts", __name__, url_prefix="/bookings")
READ = "booking:slot:read"
Command = Callable[[Work, PersonPrincipal, str, int | None], Any]
_COMMANDS: dict[str, Command] = {
    "submit": submit_booking,
    "cancel": cancel_booking,
    "reject": reject_booking,
    "accept": lambda unit, person, ref, version: decide_move(unit, person, ref, "accept", version),
    "decline": lambda unit, person, ref, version: decide_move(
        unit, person, ref, "decline", version
    ),
}
_FORMS: dict[str, type[VersionedForm]] = {"submit": MaybeReasonForm, "accept": MaybeReasonForm}


def to_do(reference: str, verb: str) -> Details:
    """The booking, where the person may do ``verb`` to it now. Raises NotFound, NotAllowed."""
    found = queries.get_booking(db.session, who(), reference)
    details = details_of(db.session, who(), found, clock.now())
    if not details.may(verb):
        raise NotAllowed(Message("This is not yours to do, or not in the booking's state."))
    return details


@blueprint.route("/<reference>/<any(submit,cancel,accept,decline):verb>", methods=["GET", "POST"])
@requires(READ)
def act(reference: str, verb: str) -> ResponseReturnValue:
    """One act with its reason."""
    details = to_do(reference, verb)
    form = _FORMS.get(verb, ReasonForm)(version=details.booking.version)
    if not form.validate_on_submit():
        return _page(details, verb, form)
    try:
        run(details.booking, verb, form, form["reason"].data)
    except REFUSED as error:
        return _page(to_do(reference, verb), verb, form, error)
    flash(said(verb, reference), "ok")
    return redirect(url_for("bookings.booking", reference=reference))


@blueprint.route("/<reference>/reject", methods=["GET", "POST"])
@requires("booking:slot:reject")
def reject(reference: str) -> ResponseReturnValue:
    """Reject a request with a reason, and point to another slot."""
    details = to_do(reference, "reject")
    form = RejectForm(version=details.booking.version)
    form.offer.choices = [("", _("No other slot")), *_instead(details.booking)]
    if not form.validate_on_submit():
        return _page(details, "reject", form)
    offered = form.offer.data
    reason = f"{form.reason.data} ({offered})" if offered else form.reason.data
    try:
        run(details.booking, "reject", form, reason)
    except REFUSED as error:
        return _page(details, "reject", form, error)
    flash(said("reject", reference), "ok")
    return redirect(url_for("approvals.approvals"))


def _instead(booking: Booking) -> list[tuple[str, str]]:
    """Free slots of the same length, in words that go into the reason."""
    try:
        slots = alternatives(db.session, who(), wish_of(booking), clock.now())
    except DomainError:
        return []
    zone = booking.facility.zone
    texts = [
        _(
            "free instead: %(rooms)s, %(slot)s",
            rooms=", ".join(slot.resources),
            slot=time_range(slot.slot.starts, slot.slot.ends, zone),
        )
        for slot in slots
    ]
    return [(text, text) for text in texts]


@blueprint.route("/<reference>/approve", methods=["GET", "POST"])
@requires("booking:slot:approve")
def approve(reference: str) -> ResponseReturnValue:
    """Approve a request, signed with the password."""
    said = _("Approved and signed: %(reference)s.", reference=reference)
    return _signed(to_do(reference, "approve"), "booking/approve.html", approve_signed, said)


@blueprint.route("/<reference>/countersign", methods=["GET", "POST"])
@requires("booking:slot:countersign")
def countersign(reference: str) -> ResponseReturnValue:
    """Countersign what the manager approved alone, with the password."""
    details, said = to_do(reference, "countersign"), _("Countersigned: %(ref)s.", ref=reference)
    return _signed(details, "booking/countersign.html", countersign_signed, said)


def _signed(
    details: Details,
    template: str,
    command: Callable[[Booking, SignForm, Settings], None],
    said: str,
) -> ResponseReturnValue:
    """The page of a signature; once it is given, the booking's own."""
    form = ApproveForm(version=details.booking.version)
    error: DomainError | None = None
    if form.validate_on_submit():
        try:
            command(details.booking, form, current_app.extensions["settings"])
        except REFUSED as refused:
            error = refused
            take_refusal(form, refused)
        else:
            flash(said, "ok")
            reference = details.booking.reference
            return redirect(url_for("bookings.booking", reference=reference))
    page = render_template(
        template,
        details=details,
        form=form,
        record=signed_record(db.session, details.booking),
        now=clock.now(),
    )
    return page, status_of(form, error)


def run(booking: Booking, verb: str, form: VersionedForm, reason: str | None) -> None:
    """Run one act as a unit of work. Raises what the service raises."""
    person, reference, version = who(), booking.reference, form.read_version
    command = _COMMANDS[verb]
    actor = person.acting_for(
        f"booking:slot:{verb}",
        facility=booking.facility.code,
        organisation=booking.organisation.code,
    )
    work.run(
        actor,
        f"booking:slot:{PAST[verb]}",
        reason or None,
        lambda unit: command(unit, person, reference, version).reference,
    )


def said(verb: str, reference: str) -> str:
    """What is told after an act."""
    told = {
        "submit": _("Requested and held: %(reference)s.", reference=reference),
        "cancel": _("Cancelled: %(reference)s. Its slot is free.", reference=reference),
        "reject": _("Rejected: %(reference)s. Its slot is free.", reference=reference),
        "accept": _("Taken: %(reference)s.", reference=reference),
        "decline": _("The other slot is declined."),
    }
    return told[verb]


def _page(
    details: Details, verb: str, form: VersionedForm, error: DomainError | None = None
) -> ResponseReturnValue:
    if error is not None:
        take_refusal(form, error)
    page = render_template("booking/act.html", details=details, verb=verb, form=form)
    return page, status_of(form, error)
