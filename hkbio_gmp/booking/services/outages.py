"""Taking a resource out of use."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.models import Allocation, Booking, Outage
from hkbio_gmp.booking.services.people import people_of
from hkbio_gmp.facilities.queries import get_resource
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work, next_number

PLAN = "booking:outage:plan"
KINDS = ("planned", "unplanned", "requalification", "shutdown")


@dataclass(frozen=True, slots=True)
class OutagePlan:
    """What was planned, and the bookings that it falls on."""

    outage: Outage
    affected: list[Booking]


def plan_outage(
    work: Work, principal: PersonPrincipal, resource: str, when: TimeRange, kind: str
) -> OutagePlan:
    """Take a resource out of use; bookings already on it stay, are flagged and told.

    Raises NotFound, NotValid for an unknown kind, a missing reason, seconds.
    """
    row = get_resource(work.session, resource)
    facility = row.facility
    if not principal.may(PLAN, facility=facility.code):
        raise NotFound()
    _check(work, when, kind)
    keys = work.lock([("resource", resource), ("facility", facility.code)])
    year = clock.today(facility.zone).year
    number = next_number(work.session, f"outage:{facility.code}:{year}")
    outage = Outage(
        reference=f"{facility.code}-OUT-{year}-{number:04d}",
        facility=facility,
        calendar_id=keys["resource", resource],
        resource=resource,
        starts=when.starts,
        ends=when.ends,
        kind=kind,
        reason=work.reason or "",
        state="active",
        planned_by=principal.code,
        version=1,
    )
    work.session.add(outage)
    work.session.flush()
    affected = affected_bookings(work, resource, when)
    for booking in affected:
        notices.tell(
            work,
            people_of(work, booking),
            booking,
            notices.flagged(booking),
            key=outage.reference,
        )
    return OutagePlan(outage, affected)


def _check(work: Work, when: TimeRange, kind: str) -> None:
    errors = []
    if kind not in KINDS:
        said = Message("There is no kind of outage {kind}.", kind=kind[:40])
        errors.append(FieldError("kind", said, Message("Use one of: {k}.", k=", ".join(KINDS))))
    if not (work.reason or "").strip():
        said = Message("A reason is needed.")
        errors.append(FieldError("reason", said, Message("Write why, in a sentence.")))
    if any(edge.second or edge.microsecond for edge in (when.starts, when.ends)):
        said = Message("It does not begin and end on whole minutes.")
        errors.append(FieldError("from", said, Message("Leave out the seconds.")))
    if errors:
        raise NotValid(Message("The outage is not complete."), errors)


def affected_bookings(work: Work, resource: str, when: TimeRange) -> list[Booking]:
    """Bookings whose occupancy an outage of ``resource`` falls on, by reference."""
    query = (
        select(Booking)
        .join(Allocation, Allocation.booking_id == Booking.id)
        .where(
            Allocation.resource == resource,
            Allocation.holds.is_(True),
            Allocation.occupied_until > when.starts,
            Allocation.occupied_from < when.ends,
        )
        .order_by(Booking.reference)
    )
    return list(work.session.scalars(query).unique())


def withdraw_outage(work: Work, principal: PersonPrincipal, reference: str) -> Outage:
    """Take an outage back. Raises NotFound, NotValid without a reason."""
    outage = work.session.scalar(select(Outage).where(Outage.reference == reference))
    if outage is None or not principal.may(PLAN, facility=outage.facility.code):
        raise NotFound()
    work.lock([("resource", outage.resource)])
    if not (work.reason or "").strip():
        said = Message("A reason is needed.")
        raise NotValid(said, [FieldError("reason", said, Message("Write why, in a sentence."))])
    outage.state = "withdrawn"
    outage.version += 1
    return outage
