"""All that is to come of a booking, moved as one piece: what it needs is said first."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import MOST_SHIFT, ShiftForm
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.details import Details, details_of
from hkbio_gmp.booking.present.requesting import instant_of
from hkbio_gmp.booking.present.steps import step_names
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.services import ShiftVerdict, shift_booking, shift_verdict, to_shift
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("shifts", __name__, url_prefix="/bookings")
MOVE = "booking:slot:propose_move"
_HOUR, _DAY = 60, 24 * 60
STEPS = (4 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY, -_DAY)
_DIGITS = 7


@blueprint.route("/<reference>/shift", methods=["GET", "POST"])
@requires(MOVE)
def shift(reference: str) -> ResponseReturnValue:
    """Later by hours or days, or to a time: first the verdict, then one act."""
    details = _to_shift(reference)
    minutes = _minutes(details.booking)
    form = ShiftForm(version=details.booking.version, minutes=minutes)
    error: DomainError | None = None
    said: ShiftVerdict | None = None
    wrong = _wrong_time(minutes, details.zone)
    if wrong is not None:
        form.to.errors, minutes = [wrong], 0
    if form.validate_on_submit():
        minutes = form.minutes.data
        try:
            _run(details.booking, form)
        except REFUSED as refused:
            error = refused
            take_refusal(form, refused)
        else:
            flash(_told(details), "ok")
            return redirect(url_for("bookings.booking", reference=reference))
    try:
        said = _said(details.booking, minutes) if minutes else None
    except REFUSED as refused:
        error = error or refused
        take_refusal(form, refused)
    first = _first(details.booking)
    page = render_template(
        "booking/shift.html",
        details=details,
        form=form,
        minutes=minutes,
        steps=STEPS,
        said=said,
        names=step_names(db.session, details.booking),
        first=first,
        wrong=wrong,
        begins=_wall(first + timedelta(minutes=minutes if said else 0), details.zone),
    )
    return page, status_of(form, error)


def _to_shift(reference: str) -> Details:
    found = queries.get_booking(db.session, who(), reference)
    details = details_of(db.session, who(), found, clock.now())
    if not details.verbs & {"propose_move", "change"}:
        raise NotAllowed(Message("This booking cannot be moved by you or in its state."))
    return details


def _first(booking: Booking) -> datetime:
    """When the first session that moves begins now."""
    numbers = to_shift(booking)
    return min(s.starts for s in booking.sessions if s.number in numbers)


def _wall(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def _minutes(booking: Booking) -> int:
    """What the address asks for: minutes, or the time at which the first session should begin."""
    wanted = instant_of(request.values.get("to"), booking.facility.zone)
    if wanted is not None:
        there = wanted.astimezone(ZoneInfo("UTC"))
        return (there - _first(booking)) // timedelta(minutes=1)
    text = request.values.get("minutes", "")
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS else 0


def _wrong_time(minutes: int, zone: str) -> str | None:
    """What is wrong with the time that the address asks for."""
    asked = request.args.get("to")
    known = not asked or instant_of(asked, zone) is not None
    if known and abs(minutes) <= MOST_SHIFT:
        return None
    return _("Give a time within %(days)s days.", days=MOST_SHIFT // _DAY)


def _said(booking: Booking, minutes: int) -> ShiftVerdict:
    by = timedelta(minutes=minutes)
    return shift_verdict(db.session, who(), booking, by, clock.now())


def _run(booking: Booking, form: ShiftForm) -> None:
    person, reference, version = who(), booking.reference, form.read_version
    by, approved = timedelta(minutes=form.minutes.data), booking.status == "approved"
    actor = person.acting_for(
        MOVE, facility=booking.facility.code, organisation=booking.organisation.code
    )
    work.run(
        actor,
        "booking:slot:move_proposed" if approved else "booking:slot:changed",
        form.reason.data or None,
        lambda unit: shift_booking(unit, person, reference, by, version).reference,
    )


def _told(details: Details) -> str:
    if details.booking.status == "approved":
        return _("The shift is with the other side; the present times stay until they decide.")
    return _("All sessions to come are moved.")
