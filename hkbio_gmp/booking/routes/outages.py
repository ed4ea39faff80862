"""Outages: what is out of use, planning one with the bookings it falls on, withdrawing."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.words import history_items
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import ReasonForm
from hkbio_gmp.booking.forms_outages import OutageForm
from hkbio_gmp.booking.models import Outage
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.rules.outages import check_outage, occurrences
from hkbio_gmp.booking.services import (
    Displaced,
    MoveWish,
    OutageWish,
    displaced,
    plan_outages,
    withdraw_outage,
)
from hkbio_gmp.booking.services.outages import rooms_ended
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Resource
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, NotFound
from hkbio_gmp.kernel.timerange import TimeRange, within_reach
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("outages", __name__, url_prefix="/outages")
READ, PLAN = "booking:outage:read", "booking:outage:plan"
_HOLDING = frozenset({"requested", "approved", "in_use"})


@blueprint.get("")
@requires(READ)
def outages() -> ResponseReturnValue:
    """Outages by start, those to come and those of the last thirty days."""
    now = clock.now()
    since = now - timedelta(days=30)
    rows = [row for row in queries.list_outages(db.session, who()) if row.ends > since]
    return render_template(
        "booking/outages.html",
        rows=[(row, _affected(row)) for row in rows],
        now=now,
        may_plan=who().may(PLAN),
    )


def _affected(row: Outage) -> list[str]:
    wanted = BookingFilter(starts=row.starts, ends=row.ends, resource=row.resource)
    found = queries.list_bookings(db.session, who(), wanted)
    return [b.reference for b in found if queries.status_of(b) in _HOLDING]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(PLAN)
def new_outage() -> ResponseReturnValue:
    """Plan an outage: first the bookings that it falls on with a move for each, then save all."""
    tomorrow = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    starts = _asked("from") or tomorrow
    form = OutageForm(
        resource=request.args.get("resource"),
        event=request.args.get("event", ""),
        starts_at=starts,
        ends_at=_asked("until") or starts + timedelta(hours=8),
    )
    codes = [(r.code, f"{r.code} {r.name}") for r in _plannable()]
    form.resource.choices = form.more.choices = codes
    error: DomainError | None = None
    affected: list[Displaced] = []
    shown = form.validate_on_submit() and _is_ordered(form)
    if shown:
        try:
            wish, site = _wished(form)
            affected = displaced(db.session, who(), wish, site, clock.now())
            if request.form.get("step") == "save" and _as_seen(form, affected):
                reference = _plan(wish, site, form.reason.data, affected)
                flash(_("Planned: %(reference)s.", reference=reference), "ok")
                return redirect(url_for(".outage", reference=reference))
        except REFUSED as refused:
            error = refused
            take_refusal(form, refused)
    page = render_template(
        "booking/outage_new.html",
        form=form,
        previewed=shown and error is None,
        affected=[(one, seen_as(one)) for one in affected],
        ended=_ended(form) if shown and error is None else [],
    )
    return page, status_of(form, error)


def _asked(name: str) -> datetime | None:
    """An instant (UTC) from the address, as the comparison links it; nothing where it is none."""
    try:
        found = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None and within_reach(found) else None


def _plannable() -> list[Resource]:
    reach = who().facilities(PLAN)
    rows = facilities.list_resources(db.session)
    return [r for r in rows if r.state == "active" and (reach is None or r.facility.code in reach)]


def _is_ordered(form: OutageForm) -> bool:
    if form.starts_at.data < form.ends_at.data:
        return True
    form.ends_at.errors = [*form.ends_at.errors, _("Give an end after the start.")]
    return False


def _wished(form: OutageForm) -> tuple[OutageWish, str]:
    """What the form asks for, checked, and the facility's code."""
    offered = {code for code, _name in form.resource.choices}
    codes = dict.fromkeys([form.resource.data, *(c for c in form.more.data if c in offered)])
    home = facilities.get_resource(db.session, form.resource.data).facility
    first = TimeRange(form.starts_at.data, form.ends_at.data)
    rule: str | None = None
    windows: tuple[TimeRange, ...] = (first,)
    if form.frequency.data:
        times = form.times.data or 1
        rule, windows = occurrences(first, home.zone, form.frequency.data, 1, times)
    wish = OutageWish(tuple(codes), windows, form.kind.data, form.event.data or None, rule)
    check_outage(wish, form.reason.data)
    return wish, home.code


def _ended(form: OutageForm) -> list[str]:
    wish, site = _wished(form)
    return rooms_ended(db.session, site, wish)


def seen_as(one: Displaced) -> str:
    """What the manager saw of a proposed move; another one is not sent in its name."""
    if one.slot is None:
        return ""
    places = ",".join(one.slot.resources)
    return f"{one.booking.version}|{one.slot.slot.starts.isoformat()}|{places}"


def _as_seen(form: OutageForm, affected: list[Displaced]) -> bool:
    """Whether the bookings and their moves are still those that the page listed."""
    now = {one.booking.reference: seen_as(one) for one in affected}
    seen = {ref: request.form.get(f"seen-{ref}", "") for ref in request.form.getlist("listed")}
    if now == seen:
        return True
    form.form_errors.append(_("The bookings under it have changed. Look at them again."))
    return False


def _plan(wish: OutageWish, site: str, reason: str, affected: list[Displaced]) -> str:
    """Save the outage and send the moves that are ticked, all or nothing."""
    person, ticked = who(), set(request.form.getlist("move"))
    moves = [
        MoveWish(one.booking.reference, one.wish, one.booking.version)
        for one in affected
        if one.wish is not None and one.booking.reference in ticked
    ]

    def command(unit: Work) -> str:
        return plan_outages(unit, person, wish, moves).outage.reference

    actor = person.acting_for(PLAN, facility=site)
    return work.run(actor, "booking:outage:planned", reason, command)


@blueprint.get("/<reference>")
@requires(READ)
def outage(reference: str) -> ResponseReturnValue:
    """One outage with the bookings that it falls on and its history."""
    row = _get(reference)
    wanted = BookingFilter(starts=row.starts, ends=row.ends, resource=row.resource)
    found = queries.list_bookings(db.session, who(), wanted)
    return render_template(
        "booking/outage.html",
        outage=row,
        affected=[(b, queries.status_of(b)) for b in found if queries.status_of(b) in _HOLDING],
        history=history_items(
            record_history(db.session, row.facility.code, "outage", row.reference)
        ),
        may_withdraw=row.state == "active" and who().may(PLAN, facility=row.facility.code),
    )


def _get(reference: str) -> Outage:
    rows = queries.list_outages(db.session, who())
    row = next((row for row in rows if row.reference == reference), None)
    if row is None:
        raise NotFound()
    return row


@blueprint.route("/<reference>/withdraw", methods=["GET", "POST"])
@requires(PLAN)
def withdraw(reference: str) -> ResponseReturnValue:
    """Take an outage back, with the reason."""
    row, person, form = _get(reference), who(), ReasonForm()
    if not person.may(PLAN, facility=row.facility.code):
        raise NotFound()
    if not form.validate_on_submit():
        page = render_template("booking/outage_withdraw.html", outage=row, form=form)
        return page, status_of(form)
    work.run(
        person.acting_for(PLAN, facility=row.facility.code),
        "booking:outage:withdrawn",
        form.reason.data,
        lambda unit: withdraw_outage(unit, person, reference).reference,
    )
    flash(_("Withdrawn: %(reference)s.", reference=reference), "ok")
    return redirect(url_for(".outages"))
