"""Asking for a slot, changing a request, submitting a draft, cancelling."""

from __future__ import annotations

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries.lines import BookingLine
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.entering import enter_booking
from hkbio_gmp.booking.services.evaluation import Evaluation, evaluate, refuse_blocked, viewer_of
from hkbio_gmp.booking.services.flags import clear_flags
from hkbio_gmp.booking.services.holding import begin_hold, expire_stale, release, withdraw_offers
from hkbio_gmp.booking.services.layout import laid_out
from hkbio_gmp.booking.services.people import may_act, people_of, tell_managers
from hkbio_gmp.booking.services.plan import Plan, make_plan, plan_of
from hkbio_gmp.booking.services.waiting import check_waiting, waits_for_time
from hkbio_gmp.booking.services.wishes import BookingWish
from hkbio_gmp.booking.services.writing import (
    batch_of,
    begin_again,
    check_version,
    guarded,
    load_booking,
    lock_plan,
    write_operators,
    write_sessions,
)
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

REQUEST = "booking:slot:request"


def request_booking(work: Work, principal: PersonPrincipal, wish: BookingWish) -> BookingLine:
    """Ask for a slot; held at once unless it is a draft. Who would wait joins the waitlist where
    nothing but others' time stands in the way.

    Raises NotValid (fields, or a rule that blocks), SlotTaken, NotAllowed, NotFound.
    """
    return request_evaluated(work, principal, wish)[0]


def request_evaluated(
    work: Work, principal: PersonPrincipal, wish: BookingWish, *, tell: bool = True
) -> tuple[BookingLine, Evaluation]:
    """As :func:`request_booking`, with what the rules said of it to the person who asks.

    Without ``tell`` nobody hears of it: who enters several tells of all of them at once.
    """
    plan = _own_plan(work, principal, wish)
    calendars = lock_plan(work, plan)
    viewer = viewer_of(principal)
    evaluation = evaluate(work.session, plan, viewer, work.at)
    status = BookingState.DRAFT if wish.draft else BookingState.REQUESTED
    if wish.waiting is not None and waits_for_time(evaluation):
        check_waiting(work, plan, wish.waiting)
        status = BookingState.WAITLISTED
    elif not wish.draft:
        refuse_blocked(evaluation, plan, viewer)
    if evaluation.stale and not wish.draft:
        expire_stale(work, plan.facility.code)
    waiting = wish.waiting if status is BookingState.WAITLISTED else None
    with guarded(work):
        made = enter_booking(work, principal, plan, calendars, status, waiting)
    if tell and status is BookingState.REQUESTED:
        tell_managers(work, notices.of_line(made, plan.facility.zone))
    return made, evaluation


def _own_plan(work: Work, principal: PersonPrincipal, wish: BookingWish) -> Plan:
    """The plan, for a project within the person's reach: a foreign one is not found."""
    # locked before anything of the facility is read: an import may be under way
    if storable(wish.facility):
        work.lock([("facility", wish.facility)])
    project = facilities.find_project_line(
        work.session, wish.project, wish.batch, locked=wish.facility
    )
    if project is None or not principal.may(REQUEST, organisation=project.organisation):
        said = Message("There is no such project.")
        raise NotValid(said, [FieldError("project", said, Message("Choose one of your own."))])
    return make_plan(work.session, laid_out(work.session, wish, work.at), project=project)


def submit_booking(
    work: Work, principal: PersonPrincipal, reference: str, version: int | None
) -> Booking:
    """Turn a draft into a request under the same rules as a new one."""
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:submit")
    check_version(booking, version)
    row = BOOKINGS.get(BookingState(booking.status), "submit")
    plan = plan_of(work.session, booking)
    calendars = lock_plan(work, plan)
    expire_stale(work, plan.facility.code)
    viewer = viewer_of(principal)
    refuse_blocked(evaluate(work.session, plan, viewer, work.at), plan, viewer)
    with guarded(work):
        booking.status = str(row.target)
        booking.version += 1
        write_sessions(work, booking, plan, calendars, plan.facility.rules_version)
        begin_hold(work, booking)
    tell_managers(work, notices.of_booking(booking))
    return booking


def change_request(
    work: Work, principal: PersonPrincipal, reference: str, wish: BookingWish, version: int | None
) -> Booking:
    """Move or edit a draft or a request in place. Raises WrongState for any other state."""
    booking = load_booking(work, reference)
    may_act(principal, booking, REQUEST)
    check_version(booking, version)
    BOOKINGS.get(BookingState(booking.status), "cancel")
    if booking.status == BookingState.WAITLISTED:
        raise WrongState(Message("A booking that waits is not changed; cancel it and ask anew."))
    if any(proposal.state == "open" for proposal in booking.proposals):
        raise WrongState(Message("A counter-offer waits for your answer; decide on it first."))
    if wish.project != booking.project.code:
        said = Message("A booking keeps its project.")
        raise NotValid(said, [FieldError("project", said, Message("Ask for a new booking."))])
    plan = make_plan(
        work.session, laid_out(work.session, wish, work.at, reference), reference=reference
    )
    calendars = lock_plan(work, plan)
    if booking.status == BookingState.REQUESTED:
        expire_stale(work, plan.facility.code)
        BOOKINGS.get(BookingState(booking.status), "cancel")
        viewer = viewer_of(principal)
        refuse_blocked(evaluate(work.session, plan, viewer, work.at), plan, viewer)
    with guarded(work):
        clear_flags(work, booking, "changed")
        begin_again(booking)
        booking.batch = batch_of(work, plan)
        booking.process_class = plan.needs.code
        booking.template, booking.urgent = plan.template, plan.urgent
        booking.note = plan.note
        booking.version += 1
        write_operators(work, booking, plan)
        write_sessions(work, booking, plan, calendars, plan.facility.rules_version)
    return booking


def cancel_booking(
    work: Work,
    principal: PersonPrincipal,
    reference: str,
    version: int | None,
    *,
    tell: bool = True,
) -> Booking:
    """Cancel before it is in use: the organisation, or the manager with a reason.

    Without ``tell`` nobody hears of it: who cancels several tells of all of them at once.
    Raises NotFound, NotAllowed once a session has begun, WrongState, NotValid without a reason.
    """
    booking = load_booking(work, reference)
    may_act(principal, booking, "booking:slot:cancel")
    check_version(booking, version)
    row = BOOKINGS.get(BookingState(booking.status), "cancel")
    if any(session.state != "planned" for session in booking.sessions):
        raise NotAllowed(Message("A booking that is in use is not cancelled; end its session."))
    need_reason(work)
    booking.status = str(row.target)
    booking.version += 1
    booking.decided_by, booking.decided_at = principal.code, work.at
    booking.decision_reason = work.reason
    withdraw_offers(booking)
    release(booking)
    booking.countersign_by = None
    clear_flags(work, booking, "cancelled")
    work.session.flush()
    if tell:
        others = [p for p in people_of(work, booking) if p.code != principal.code]
        notices.tell(work, others, booking, notices.decided(booking, "cancelled"))
    return booking
