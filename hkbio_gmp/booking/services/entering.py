"""Entering a new booking: its rows written in their order, each told to the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hkbio_gmp.booking.lifecycle import HOLDING, BookingState, SessionState
from hkbio_gmp.booking.models import Allocation, Booking, BookingOperator, BookingSession
from hkbio_gmp.booking.models_waitlist import WaitlistEntry
from hkbio_gmp.booking.queries.lines import BookingLine, SessionLine, WaitLine
from hkbio_gmp.booking.rules.sessions import PlannedSession
from hkbio_gmp.booking.services.holding import hold_of
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.booking.services.wishes import Waiting
from hkbio_gmp.booking.services.writing import Calendars
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.ids import reference as make_reference
from hkbio_gmp.work import Named, Subject, Work, insert_rows, next_number


def enter_booking(
    work: Work,
    principal: PersonPrincipal,
    plan: Plan,
    calendars: Calendars,
    status: BookingState,
    waiting: Waiting | None = None,
) -> BookingLine:
    """Write the booking with its operators, sessions and allocations, and its place in line.

    What is not requested holds nothing.
    """
    asked = status is BookingState.REQUESTED
    hold = hold_of(work, plan.facility.code) if asked else None
    reference = _next_reference(work, plan)
    subject = Subject(
        "booking", reference, plan.facility.code, plan.facility.zone, plan.organisation
    )
    values = _booking_values(plan, principal, reference, status)
    values |= {
        "requested_at": None if status is BookingState.DRAFT else work.at,
        "hold_until": hold,
    }
    (key,) = insert_rows(work.session, Booking, subject, [values])
    booking = Named(key, reference)
    _enter_operators(work, subject, booking, plan)
    _enter_sessions(work, subject, booking, plan, calendars, holds=status in HOLDING)
    line = _line(plan, booking, status, hold)
    if waiting is None:
        return line
    entry = {
        "booking_id": booking,
        "earliest": line.sessions[0].starts,
        "latest": waiting.latest,
        "any_room": waiting.any_room,
        "queued_at": work.at,
    }
    insert_rows(work.session, WaitlistEntry, subject, [entry])
    told = WaitLine(line.sessions[0].starts, waiting.latest, waiting.any_room)
    return line._replace(waits=told)


def _next_reference(work: Work, plan: Plan) -> str:
    year = clock.today(plan.facility.zone).year
    number = next_number(work.session, f"booking:{plan.facility.code}:{year}")
    return make_reference(plan.facility.code, year, number)


def _booking_values(
    plan: Plan, principal: PersonPrincipal, reference: str, status: BookingState
) -> dict[str, Any]:
    project = plan.project
    return {
        "reference": reference,
        "facility_id": Named(project.facility_id, project.facility),
        "organisation_id": Named(project.organisation_id, project.organisation),
        "project_id": Named(project.id, project.code),
        "batch_id": plan.batch,
        "process_class": plan.needs.code,
        "template": plan.template,
        "urgent": plan.urgent,
        "status": str(status),
        "note": plan.note,
        "requested_by": principal.code,
        "requested_by_name": principal.name,
        "version": 1,
    }


def _enter_operators(work: Work, subject: Subject, booking: Named, plan: Plan) -> None:
    named = [
        {"booking_id": booking, "person_id": Named(person.id, person.code), "active": True}
        for person in plan.operators
    ]
    if named:
        insert_rows(work.session, BookingOperator, subject, named)


def _enter_sessions(
    work: Work, subject: Subject, booking: Named, plan: Plan, calendars: Calendars, *, holds: bool
) -> None:
    planned = [_session_values(one, booking) for one in plan.sessions]
    keys = insert_rows(work.session, BookingSession, subject, planned)
    home = Named(plan.facility_id, plan.facility.code)
    shared = {
        "booking_id": booking,
        "facility_id": home,
        "proposal_id": None,
        "holds": holds,
        "rules_version": plan.facility.rules_version,
    }
    taken = [
        {**shared, "session_id": Named(key, f"{booking.code}/{one.number}"), **use}
        for key, one in zip(keys, plan.sessions, strict=True)
        for use in _uses(one, calendars)
    ]
    insert_rows(work.session, Allocation, subject, taken)


def _session_values(one: PlannedSession, booking: Named) -> dict[str, Any]:
    return {
        "booking_id": booking,
        "number": one.number,
        "starts": one.slot.starts,
        "ends": one.slot.ends,
        "attended": one.attended,
        "state": str(SessionState.PLANNED),
    }


def _uses(one: PlannedSession, calendars: Calendars) -> Iterator[dict[str, Any]]:
    for use in one.uses:
        yield {
            "calendar_id": calendars["resource", use.resource],
            "resource": use.resource,
            "process_class": use.process_class,
            "series": use.series,
            "starts": use.slot.starts,
            "ends": use.slot.ends,
            "occupied_from": use.occupancy.starts,
            "occupied_until": use.occupancy.ends,
        }


def _line(plan: Plan, booking: Named, status: BookingState, hold: datetime | None) -> BookingLine:
    return BookingLine(
        id=booking.key,
        reference=booking.code,
        facility=plan.facility.code,
        organisation=plan.organisation,
        project=plan.project.code,
        batch=plan.batch.code if plan.batch else None,
        process_class=plan.needs.code,
        status=str(status),
        note=plan.note,
        hold_until=hold,
        version=1,
        template=plan.template,
        urgent=plan.urgent,
        operators=tuple(plan.emails),
        sessions=tuple(_session_line(one) for one in plan.sessions),
        move=None,
    )


def _session_line(one: PlannedSession) -> SessionLine:
    return SessionLine(
        number=one.number,
        starts=one.slot.starts,
        ends=one.slot.ends,
        attended=one.attended,
        state=str(SessionState.PLANNED),
        checked_in_at=None,
        checked_out_at=None,
        resources=tuple(use.resource for use in one.uses),
        occupied_from=min(use.occupancy.starts for use in one.uses),
        occupied_until=max(use.occupancy.ends for use in one.uses),
    )
