"""The calendar: rooms down, time across, and the same as a table."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import CalendarFilterForm
from hkbio_gmp.booking.present.board import board_rows
from hkbio_gmp.booking.present.calendar import calendar_of, class_names
from hkbio_gmp.booking.present.details import Details, details_of
from hkbio_gmp.booking.present.sheets import calendar_head, calendar_rows
from hkbio_gmp.booking.present.wanted import Wanted
from hkbio_gmp.booking.present.window import Days, days_of
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.guards import requires
from hkbio_gmp.web.navigation import current_facility
from hkbio_gmp.web.sheets import sheet

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


@blueprint.get("")
@requires("booking:slot:read")
def calendar() -> ResponseReturnValue:
    """A facility's days as a timeline or a table, with the selected booking beside it."""
    home = chosen_facility()
    form = CalendarFilterForm()
    _offer(form, home)
    valid = form.validate()
    selected = _selected()
    days = _days(home, selected)
    wanted = _wanted(home, days, form, selected)
    page = render_template(
        "booking/calendar.html",
        form=form,
        days=days,
        facility=home,
        sites=facilities.list_facilities(db.session),
        calendar=calendar_of(db.session, who(), wanted),
        selected=selected,
        may_request=who().may("booking:slot:request"),
        as_table=request.args.get("show") == "table",
        **_queue(selected),
    )
    return page, 200 if valid else 422


@blueprint.get("/export")
@requires("booking:slot:read")
def export() -> ResponseReturnValue:
    """The same table as a sheet: CSV, or ``?format=xlsx``."""
    home, form = chosen_facility(), CalendarFilterForm()
    days = _days(home, None)
    calendar = calendar_of(db.session, who(), _wanted(home, days, form, None))
    rows = calendar_rows(calendar, home.zone)
    name = f"calendar-{home.code}-{days.first}"
    return sheet(name, request.args.get("format"), calendar_head(), rows)


@blueprint.get("/board")
@requires("booking:slot:read")
def board() -> ResponseReturnValue:
    """A day or a week of a facility, or of one room, to print and put on the wall."""
    home, form = chosen_facility(), CalendarFilterForm()
    asked = "week" if request.args.get("view") == "week" else "day"
    days = days_of(asked, request.args.get("from"), clock.today(home.zone))
    calendar = calendar_of(db.session, who(), _wanted(home, days, form, None))
    return render_template(
        "booking/board.html",
        facility=home,
        days=days,
        rows=board_rows(calendar, home.zone),
        columns=calendar.timeline.columns,
        now=clock.now(),
    )


def _wanted(
    home: Facility, days: Days, form: CalendarFilterForm, selected: Details | None
) -> Wanted:
    return Wanted(
        home,
        days,
        clock.now(),
        status=form.status.data or "",
        process_class=form.process_class.data or "",
        kind=form.kind.data or "",
        grade=form.grade.data or "",
        zone=form.zone.data or "",
        resource=form.resource.data or "",
        own=bool(form.own.data),
        selected=selected.booking.reference if selected else None,
    )


def _offer(form: CalendarFilterForm, home: Facility) -> None:
    found = facilities.list_resources(db.session, home.code, bookable=True)
    shown = [row for row in found if row.state == "active" and row.kind != "suite"]
    form.offer(
        list(class_names(db.session, home.code).items()),
        [(z.code, localised(z)) for z in facilities.list_air_zones(db.session, home.code)],
        [(row.code, row.code) for row in shown],
        [(grade, grade) for grade in sorted({row.grade for row in shown if row.grade})],
    )


def chosen_facility() -> Facility:
    """The facility of the address, else of the switch, else the first. Raises NotFound."""
    rows = facilities.list_facilities(db.session)
    code = request.args.get("facility") or current_facility()
    if not rows:
        raise NotFound()
    if request.args.get("facility") and code not in {row.code for row in rows}:
        raise NotFound()
    return next((row for row in rows if row.code == code), rows[0])


def _selected() -> Details | None:
    reference = request.args.get("booking")
    if not reference:
        return None
    booking = queries.get_booking(db.session, who(), reference)
    return details_of(db.session, who(), booking, clock.now())


def _days(home: Facility, selected: Details | None) -> Days:
    wanted = request.args.get("from")
    if not wanted and selected is not None:
        wanted = local_date(selected.occupancy.starts, home.zone).isoformat()
    today: date = clock.today(home.zone)
    return days_of(request.args.get("view"), wanted, today)


def _queue(selected: Details | None) -> dict[str, Any]:
    """Where the selected request stands among those that wait, and its neighbours there."""
    if selected is None or not selected.may("approve"):
        return {"place": None}
    refs = [b.reference for b in queries.list_waiting(db.session, who(), clock.now())]
    here = refs.index(selected.booking.reference) if selected.booking.reference in refs else None
    if here is None:
        return {"place": None}
    return {
        "place": here + 1,
        "waiting": len(refs),
        "previous": refs[here - 1] if here else None,
        "following": refs[here + 1] if here + 1 < len(refs) else None,
    }
