"""Wording and addressing of booking's messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work


class Near(NamedTuple):
    """A slot near a booking's own that could be had."""

    resources: str
    when: TimeRange


def tell(
    work: Work, people: Iterable[Person], booking: Booking, what: Message, *, key: str = ""
) -> None:
    """Queue the same message about a booking to each person, once per version."""
    lines = body(booking, work.reason)
    _queue(work, people, booking, what, lines, f"{booking.version}:{key}")


def tell_flagged(
    work: Work, people: Iterable[Person], booking: Booking, lines: list[Message], task: str
) -> None:
    """Queue the same message about a flagged booking to each person, once per task."""
    _queue(work, people, booking, flagged(booking), lines, f"flagged:{task}")


def _queue(
    work: Work,
    people: Iterable[Person],
    booking: Booking,
    what: Message,
    lines: list[Message],
    key: str,
) -> None:
    for person in people:
        queue_message(
            work.session,
            dedupe_key=f"booking:{booking.reference}:{key}:{person.code}",
            person_code=person.code,
            email=person.email,
            language=person.language,
            subject=what,
            body=lines,
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


def flag_body(booking: Booking, findings: Iterable[Finding], near: Iterable[Near]) -> list[Message]:
    """What speaks against the booking now, what would help, and slots near its own."""
    lines = body(booking, None)
    for finding in findings:
        lines.append(finding.message)
        lines += [finding.remedy] if finding.remedy else []
    zone = booking.facility.zone
    slots = [
        Message(
            "{resources}, {starts} to {ends}.",
            zone=zone,
            resources=one.resources,
            starts=one.when.starts,
            ends=one.when.ends,
        )
        for one in near
    ]
    return [*lines, *([Message("Free near it:")] if slots else []), *slots]
