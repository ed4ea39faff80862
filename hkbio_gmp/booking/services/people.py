"""Who may act on a booking, and who hears of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.queries import PersonLine, Someone
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotAllowed, NotFound
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

READ = "booking:slot:read"


def may_read(principal: PersonPrincipal, booking: Booking) -> bool:
    """Whether the booking is within reach: its organisation's people, its facility's."""
    return principal.may(
        READ, facility=booking.facility.code, organisation=booking.organisation.code
    )


def may_act(principal: PersonPrincipal, booking: Booking, permission: str) -> None:
    """Raise NotFound where the booking is out of reach, NotAllowed where the act is not theirs."""
    if not may_read(principal, booking):
        raise NotFound()
    allowed = principal.may(
        permission, facility=booking.facility.code, organisation=booking.organisation.code
    )
    if not allowed:
        raise NotAllowed(
            Message("Your roles do not include this. It needs: {need}.", need=permission)
        )


def is_named(principal: PersonPrincipal, booking: Booking) -> bool:
    """Whether the person is named as operator."""
    return any(o.active and o.person_id == principal.person_id for o in booking.operators)


def requester_of(session: Session, booking: Booking) -> Person | None:
    """Whoever asked, if still active."""
    number = booking.requested_by.removeprefix("U")
    person = session.get(Person, int(number)) if number.isdigit() else None
    return person if person is not None and person.active else None


def managers_at(work: Work, facility: str) -> list[PersonLine]:
    """The managers of a facility."""
    return identity.people_with_role(work.session, "facility_manager", facility, work.at)


def people_of(work: Work, booking: Booking) -> list[Someone]:
    """Whoever asked, the named operators and the facility's managers, each once."""
    found: list[Someone | None] = [requester_of(work.session, booking)]
    found += [o.person for o in booking.operators if o.active and o.person.active]
    found += managers_at(work, booking.facility.code)
    return list({person.id: person for person in found if person is not None}.values())


def tell_managers(work: Work, matter: notices.Matter) -> None:
    """Tell the facility's managers that a request waits for them."""
    managers = managers_at(work, matter.facility)
    notices.tell_of(work, managers, matter, notices.requested(matter.reference))
