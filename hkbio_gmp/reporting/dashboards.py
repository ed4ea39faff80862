"""What each role sees first: the lists behind its numbers, already narrowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries as booking
from hkbio_gmp.booking.forms import usual_length
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.bars import Run, runs
from hkbio_gmp.booking.present.calendar import class_names
from hkbio_gmp.booking.present.details import slot_of
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.booking.services import SlotQuery, find_slots, viewer_of
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start
from hkbio_gmp.reporting.acts import act_rows
from hkbio_gmp.reporting.queries import capacity
from hkbio_gmp.reporting.queries import dashboards as queries

Build = Callable[[Session, PersonPrincipal, datetime], dict[str, Any]]
_AHEAD = timedelta(days=28)
_QUARTER = timedelta(days=91)


def startup(session: Session, person: PersonPrincipal, now: datetime) -> dict[str, Any]:
    """An organisation's people: next step, own bookings, lapses, free windows."""
    rows = queries.upcoming(session, person, now)
    projects = facilities.list_projects(session, person)
    return {
        "bookings": [_line(row) for row in rows],
        "counts": _counts(session, person),
        "moves": _moves(person, rows),
        "lapses": queries.lapsing(session, person),
        "projects": projects,
        "windows": _windows(session, person, now),
        "next_step": _next_step(rows, projects),
    }


def _line(row: Booking) -> dict[str, Any]:
    return {
        "booking": row,
        "status": booking.status_of(row),
        "slot": slot_of(row),
        "resources": booking.resources_of(row),
        "operators": [o.person.name for o in row.operators if o.active],
    }


def _counts(session: Session, person: PersonPrincipal) -> dict[str, int]:
    found = booking.list_bookings(session, person, BookingFilter(limit=500))
    states = [booking.status_of(row) for row in found]
    return {name: states.count(name) for name in ("draft", "requested", "approved", "in_use")}


def _moves(person: PersonPrincipal, rows: list[Booking]) -> list[Booking]:
    """Bookings with a move that the facility proposed and the organisation decides."""
    return [
        row
        for row in rows
        if any(p.state == "open" and p.side == "facility" for p in row.proposals)
        and person.may("booking:slot:accept", organisation=row.organisation.code)
    ]


def _next_step(rows: list[Booking], projects: list[Any]) -> str:
    """The one step that moves the organisation on."""
    if not any(project.status == "accepted" for project in projects):
        return "wait" if projects else "propose"
    if any(not any(o.active for o in row.operators) for row in rows if row.status == "approved"):
        return "operators"
    if any(row.status == "draft" for row in rows):
        return "submit"
    return "find" if not rows else "ready"


def _windows(session: Session, person: PersonPrincipal, now: datetime) -> list[Slot]:
    """The earliest free windows for the first accepted project."""
    projects = facilities.list_projects(session, person, status="accepted")
    own = [
        p for p in projects if person.may("booking:slot:search", organisation=p.organisation.code)
    ]
    if not own:
        return []
    project = own[0]
    query = SlotQuery(
        process_class=project.process_class.code,
        length=usual_length(project.process_class.typical_hours),
        window=TimeRange(now + timedelta(days=1), now + _AHEAD + _AHEAD),
        facilities=(project.facility.code,),
        organisation=project.organisation.code,
        open_processing=project.open_processing,
        series=project.code,
        limit=4,
    )
    return find_slots(session, viewer_of(person), query, now).slots


def manager(session: Session, person: PersonPrincipal, now: datetime) -> dict[str, Any]:
    """A facility's manager: what waits, what runs today, lapses, outages."""
    site = _site(session, person, "booking:slot:approve")
    waiting = booking.list_waiting(session, person, now)
    return {
        **_today(session, person, site, now),
        "waiting": [_line(row) for row in waiting[:6]],
        "waiting_count": len(waiting),
        "lapses": queries.lapsing(session, person),
        "outages": queries.outages_ahead(session, person, now)[:5],
        "grants": identity.list_proposed_grants(session, person),
    }


def _site(session: Session, person: PersonPrincipal, permission: str) -> Facility:
    reach = person.facilities(permission)
    rows = facilities.list_facilities(session)
    return next((row for row in rows if reach is None or row.code in reach), rows[0])


def _today(
    session: Session, person: PersonPrincipal, site: Facility, now: datetime
) -> dict[str, Any]:
    today = clock.today(site.zone)
    window = TimeRange(day_start(today, site.zone), day_end(today, site.zone))
    entries = booking.list_timeline(session, person, site.code, window, now)
    shown: list[Run] = [
        run for run in runs(entries) if run.status in {"approved", "in_use", "cleaning"}
    ]
    return {"site": site, "today": shown, "classes": class_names(session, site.code)}


def quality(session: Session, person: PersonPrincipal, now: datetime) -> dict[str, Any]:
    """A facility's quality: certificates to verify, projects to accept, lapses."""
    site = _site(session, person, "certification:certificate:verify")
    proposed = facilities.list_projects(session, person, status="proposed")
    may = "facilities:project:accept"
    return {
        **_today(session, person, site, now),
        "submitted": queries.to_verify(session, person),
        "proposed": [p for p in proposed if person.may(may, facility=p.facility.code)],
        "lapses": queries.lapsing(session, person),
        "grants": identity.list_proposed_grants(session, person),
        "outages": queries.outages_ahead(session, person, now)[:5],
    }


def auditor(session: Session, person: PersonPrincipal, _now: datetime) -> dict[str, Any]:
    """An auditor: the logs with their last verification, and what was done last."""
    heads = queries.log_heads(session, person)
    log = heads[0][0].code if heads else None
    acts = act_rows(queries.recent_acts(session, log), log) if log else []
    return {"heads": heads, "log": log, "acts": acts}


def operator(session: Session, person: PersonPrincipal, now: datetime) -> dict[str, Any]:
    """Operators, control, the Authorized Person: what runs today and what comes."""
    site = _site(session, person, "booking:slot:read")
    rows = queries.upcoming(session, person, now)
    return {
        **_today(session, person, site, now),
        "bookings": [_line(row) for row in rows],
        "lapses": queries.lapsing(session, person),
    }


def programme(session: Session, _person: PersonPrincipal, now: datetime) -> dict[str, Any]:
    """The programme: aggregates of every facility, no organisation's detail."""
    past, ahead = TimeRange(now - _QUARTER, now), TimeRange(now, now + _QUARTER)
    sites = []
    for site in facilities.list_facilities(session):
        before = capacity.room_times(session, site.code, past)
        after = capacity.room_times(session, site.code, ahead)
        weeks = capacity.weeks_of(ahead, site.zone)
        sites.append(
            {
                "site": site,
                "past": capacity.together(before),
                "ahead": capacity.together(after),
                "weeks": list(zip(weeks, capacity.by_week(after, weeks), strict=True)),
                "rooms": len(before),
            }
        )
    return {"sites": sites}


def admin(session: Session, person: PersonPrincipal, _now: datetime) -> dict[str, Any]:
    """The administrator: grants that wait, people, logs."""
    return {
        "grants": queries.proposed_grants(session),
        "people": queries.people_count(session),
        "organisations": identity.list_organisations(session),
        "heads": queries.log_heads(session, person),
    }


# the first role that somebody holds decides; a manager who is also admin has a facility to run
DASHBOARDS: dict[str, Build] = {
    "facility_manager": manager,
    "quality": quality,
    "auditor": auditor,
    "programme": programme,
    "admin": admin,
    "organisation_admin": startup,
    "requester": startup,
    "sponsor_quality": startup,
    "operator": operator,
    "quality_control": operator,
    "authorized_person": operator,
}
