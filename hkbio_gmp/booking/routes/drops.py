"""A bar dropped on the calendar: first what the rules say of it, then the deed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import DropForm
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.details import slot_of, verbs_of
from hkbio_gmp.booking.present.drops import Suggestion, suggestions, taken_from
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.services import DragVerdict, drag_booking, drag_verdict
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("drops", __name__, url_prefix="/calendar/drops")
MOVE = "booking:slot:propose_move"


@dataclass(frozen=True)
class Dropped:
    """What a drop comes to: the rules' verdict, or why there is none."""

    verdict: DragVerdict | None
    ways: list[Suggestion]
    stale: bool


@blueprint.get("/<reference>")
@requires(MOVE)
def verdict(reference: str) -> ResponseReturnValue:
    """The dialog of a drop: findings, what would help, and one button."""
    booking = queries.get_booking(db.session, who(), reference)
    form = DropForm(request.args, meta={"csrf": False})
    form.validate()
    return _dialog(booking, form, _why_not(booking))


@blueprint.post("/<reference>")
@requires(MOVE)
def drop(reference: str) -> ResponseReturnValue:
    """Do it; where it is refused, the dialog again with what was refused."""
    booking = queries.get_booking(db.session, who(), reference)
    form = DropForm()
    if not form.validate() or _why_not(booking):
        return _dialog(booking, form, _why_not(booking))
    approved = booking.status == "approved"
    if approved and not form.reason.data:
        form.reason.errors = [_("Write why, in a sentence.")]
        return _dialog(booking, form, None)
    try:
        _run(booking, form, approved=approved)
    except REFUSED as refused:
        db.session.rollback()
        again = queries.get_booking(db.session, who(), reference)
        return _dialog(again, form, None, refused)
    db.session.rollback()
    flash(_told(queries.get_booking(db.session, who(), reference), approved=approved), "ok")
    return make_response("", 204)


def _why_not(booking: Booking) -> str | None:
    """Why the person cannot move it at all; None where they can."""
    if verbs_of(who(), booking) & {"propose_move", "change"}:
        return None
    if any(proposal.state == "open" for proposal in booking.proposals):
        return _("A move is proposed already; accept or decline it first.")
    if any(session.state != "planned" for session in booking.sessions):
        return _("A booking that is in use is not moved.")
    return _("This booking cannot be moved by you or in its state.")


def _run(booking: Booking, form: DropForm, *, approved: bool) -> None:
    person, reference = who(), booking.reference
    drag, version = form.drag, form.read_version
    actor = person.acting_for(
        MOVE, facility=booking.facility.code, organisation=booking.organisation.code
    )
    work.run(
        actor,
        "booking:slot:move_proposed" if approved else "booking:slot:changed",
        form.reason.data or None,
        lambda unit: drag_booking(unit, person, reference, drag, version).reference,
    )


def _dialog(
    booking: Booking, form: DropForm, never: str | None, refused: DomainError | None = None
) -> ResponseReturnValue:
    if never is not None:
        form.form_errors.append(never)
    if refused is not None:
        take_refusal(form, refused)
    shown = never is None and (refused is None or not refused.errors)
    found = _look(booking, form) if shown else None
    page = render_template(
        "booking/_drop.html",
        booking=booking,
        zone=booking.facility.zone,
        slot=slot_of(booking),
        form=form,
        found=found or Dropped(None, [], False),
        **_after(booking, found),
    )
    return page, 409 if never else status_of(form, refused)


def _look(booking: Booking, form: DropForm) -> Dropped | None:
    if any(name != "reason" for name in form.errors if name):
        return None
    stale = form.read_version is not None and form.read_version != booking.version
    try:
        said = drag_verdict(db.session, who(), booking, form.drag, clock.now())
    except REFUSED as refused:
        take_refusal(form, refused)
        return None
    return Dropped(said, suggestions(booking, form.drag, said), stale)


def _after(booking: Booking, found: Dropped | None) -> dict[str, Any]:
    """The slot and the resources after the drop, and before."""
    before = queries.resources_of(booking)
    if found is None or found.verdict is None:
        return {"after": None, "resources": before, "before": before}
    return {**taken_from(found.verdict.plan), "before": before}


def _told(booking: Booking, *, approved: bool) -> str:
    if not approved:
        return _("Moved.")
    if any(proposal.state == "open" for proposal in booking.proposals):
        return _("The move is with the other side; the present slot stays until they decide.")
    return _("Shortened.")
