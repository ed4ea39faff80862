"""Wording and addressing of booking's messages."""

from __future__ import annotations

from collections.abc import Iterable

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work


def tell(
    work: Work, people: Iterable[Person], booking: Booking, what: Message, *, key: str = ""
) -> None:
    """Queue the same message about a booking to each person, once per version."""
    for person in people:
        queue_message(
            work.session,
            dedupe_key=f"booking:{booking.reference}:{booking.version}:{key}:{person.code}",
            person_code=person.code,
            email=person.email,
            language=person.language,
            subject=what,
            body=body(booking, work.reason),
            link=f"/bookings/{booking.reference}",
            kind="booking",
        )


def body(booking: Booking, reason: str | None) -> list[Message]:
    """What the booking is, and the reason where there is one."""
    zone = booking.facility.zone
    lines = [
        Message(
            "{project}, {starts} to {ends}.",
            zone=zone,
            project=booking.project.code,
            starts=booking.sessions[0].starts,
            ends=booking.sessions[-1].ends,
        )
    ]
    if reason:
        lines.append(Message("Reason: {reason}", reason=reason))
    return lines


def requested(booking: Booking) -> Message:
    """Subject for the manager."""
    return Message("{reference} waits for your decision", reference=booking.reference)


DECISIONS = (
    N_("approved"),
    N_("rejected"),
    N_("cancelled"),
    N_("move proposed"),
    N_("move accepted"),
    N_("move declined"),
    N_("counter-offer made"),
    N_("counter-offer accepted"),
    N_("counter-offer declined"),
)


def decided(booking: Booking, verb: str) -> Message:
    """Subject for whoever is concerned; ``verb`` is one of ``DECISIONS``."""
    return Message("{reference}: {verb}", reference=booking.reference, verb=Message(verb))


def flagged(booking: Booking) -> Message:
    """Subject when something that the booking relies on has ended."""
    return Message("{reference} needs attention", reference=booking.reference)
