"""The list of bookings, and one booking with what is next and its history."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.words import history_items
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import STATUSES, BookingFilterForm
from hkbio_gmp.booking.present.calendar import class_names
from hkbio_gmp.booking.present.details import details_of, slot_of, way_url, ways_of
from hkbio_gmp.booking.present.sessions import session_rows, strip_of
from hkbio_gmp.booking.present.sheets import booking_head, booking_rows
from hkbio_gmp.booking.present.steps import step_names
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.booking.queries.waitlist import place_of
from hkbio_gmp.booking.services import signed_record
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import day_end, day_start
from hkbio_gmp.web.guards import requires
from hkbio_gmp.web.navigation import current_facility, current_zone
from hkbio_gmp.web.paging import page_key
from hkbio_gmp.web.sheets import sheet

blueprint = Blueprint("bookings", __name__, url_prefix="/bookings")
READ = "booking:slot:read"
_PAGE = 40


@blueprint.get("")
@requires(READ)
def bookings() -> ResponseReturnValue:
    """Bookings within reach, newest first; a whole reference in the search opens it."""
    sought = request.args.get("q", "").strip().upper()
    if sought:
        return redirect(url_for(".booking", reference=sought))
    form = BookingFilterForm()
    rooms = facilities.list_resources(db.session, bookable=True)
    sites = facilities.list_facilities(db.session)
    form.offer([(s.code, s.code) for s in sites], [(r.code, r.code) for r in rooms])
    valid = form.validate()
    found = queries.list_bookings(db.session, who(), _wanted(form)) if valid else []
    rows = found[:_PAGE]
    page = render_template(
        "booking/list.html",
        form=form,
        rows=[
            (row, queries.status_of(row), slot_of(row), queries.resources_of(row)) for row in rows
        ],
        flags=queries.flags_of(db.session, [row.id for row in rows]),
        series=queries.series_of(db.session, [row.id for row in rows]),
        classes={site.code: class_names(db.session, site.code) for site in sites},
        next_after=rows[-1].id if len(found) > _PAGE else None,
        may_request=who().may("booking:slot:request"),
    )
    return page, 200 if valid else 422


@blueprint.get("/export")
@requires(READ)
def export() -> ResponseReturnValue:
    """The same bookings, all pages of them, as a sheet: CSV, or ``?format=xlsx``."""
    form = BookingFilterForm()
    form.offer([], [])
    if not form.validate():
        asked: dict[str, Any] = request.args.to_dict()
        return redirect(url_for(".bookings", **asked))
    rows = booking_rows(db.session, who(), _wanted(form))
    return sheet("bookings", request.args.get("format"), booking_head(), rows)


def _wanted(form: BookingFilterForm) -> BookingFilter:
    zone = current_zone()
    return BookingFilter(
        starts=day_start(form.since.data, zone) if form.since.data else None,
        ends=day_end(form.until.data, zone) if form.until.data else None,
        status=form.status.data if form.status.data in STATUSES else None,
        facility=form.facility.data or current_facility(),
        resource=form.resource.data or None,
        after=page_key("after"),
        limit=_PAGE,
    )


@blueprint.get("/<reference>")
@requires(READ)
def booking(reference: str) -> ResponseReturnValue:
    """One booking: state first, then what is next, facts, sessions, readiness, history."""
    person, now = who(), clock.now()
    found = queries.get_booking(db.session, person, reference)
    details = details_of(db.session, person, found, now)
    return render_template(
        "booking/booking.html",
        booking=found,
        details=details,
        ways=ways_of(db.session, person, details),
        way_url=partial(way_url, details),
        flags=queries.flags_of(db.session, [found.id]).get(found.id, []),
        in_line=place_of(db.session, person, found),
        in_series=queries.series_of(db.session, [found.id]).get(found.id),
        sessions=session_rows(person, found, step_names(db.session, found)),
        strip=strip_of(found, now),
        record=signed_record(db.session, found),
        history=history_items(
            record_history(db.session, found.facility.code, "booking", found.reference)
        ),
    )
