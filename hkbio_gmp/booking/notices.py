"""Wording and addressing of booking's messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_series import BookingSeries
from hkbio_gmp.booking.queries.lines import BookingLine
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.notifications.services import Recipient, queue_for_all
from hkbio_gmp.work import Work


class Near(NamedTuple):
    """A slot near a booking's own that could be had."""

    resources: str
    when: TimeRange


class Matter(NamedTuple):
    """What a message about a booking says of it; instants in UTC, shown in ``zone``."""

    reference: str
    version: int
    facility: str
    zone: str
    project: str
    starts: datetime
    ends: datetime


def of_booking(booking: Booking) -> Matter:
    """What is said of a loaded record."""
    return Matter(
        booking.reference,
        booking.version,
        booking.facility.code,
        booking.facility.zone,
        booking.project.code,
        booking.sessions[0].starts,
        booking.sessions[-1].ends,
    )


def of_line(line: BookingLine, zone: str) -> Matter:
    """What is said of a line, at a facility in ``zone``."""
    starts, ends = line.sessions[0].starts, line.sessions[-1].ends
    return Matter(line.reference, line.version, line.facility, zone, line.project, starts, ends)


def tell(
    work: Work, people: Iterable[Someone], booking: Booking, what: Message, *, key: str = ""
) -> None:
    """Queue the same message about a booking to each person, once per version."""
    tell_of(work, people, of_booking(booking), what, key=key)


def tell_of(
    work: Work, people: Iterable[Someone], matter: Matter, what: Message, *, key: str = ""
) -> None:
    """As :func:`tell`, of a booking that is known by its plain values."""
    _queue(work, people, matter, what, body(matter, work.reason), f"{matter.version}:{key}")


def tell_flagged(
    work: Work, people: Iterable[Someone], booking: Booking, lines: list[Message], task: str
) -> None:
    """Queue the same message about a flagged booking to each person, once per task."""
    _queue(work, people, of_booking(booking), flagged(booking), lines, f"flagged:{task}")


def tell_of_hold(
    work: Work, people: Iterable[Someone], booking: Booking, what: Message, key: str
) -> None:
    """Queue the same message about a request's hold to each person, once per hold."""
    lines = body(of_booking(booking), None)
    until = booking.hold_until
    if until is not None:
        said = Message("The hold ends {at}.", zone=booking.facility.zone, at=until)
        lines, key = [*lines, said], f"{key}:{until.isoformat()}"
    _queue(work, people, of_booking(booking), what, lines, key)


def _queue(
    work: Work,
    people: Iterable[Someone],
    matter: Matter,
    what: Message,
    lines: list[Message],
    key: str,
) -> None:
    link = f"/bookings/{matter.reference}"
    _queue_for(work, people, f"booking:{matter.reference}:{key}", what, lines, link)


def _queue_for(
    work: Work,
    people: Iterable[Someone],
    key: str,
    what: Message,
    lines: list[Message],
    link: str,
) -> None:
    to = [Recipient(f"{key}:{p.code}", p.code, p.email, p.language) for p in people]
    queue_for_all(work.session, to, subject=what, body=lines, link=link, kind="booking")


def body(matter: Matter, reason: str | None) -> list[Message]:
    """What the booking is, and the reason where there is one."""
    lines = [
        Message(
            "{project}, {starts} to {ends}.",
            zone=matter.zone,
            project=matter.project,
            starts=matter.starts,
            ends=matter.ends,
        )
    ]
    if reason:
        lines.append(Message("Reason: {reason}", reason=reason))
    return lines


def requested(reference: str) -> Message:
    """Subject for the manager."""
    return Message("{reference} waits for your decision", reference=reference)


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
    N_("countersigned"),
)


def decided(booking: Booking, verb: str) -> Message:
    """Subject for whoever is concerned; ``verb`` is one of ``DECISIONS``."""
    return Message("{reference}: {verb}", reference=booking.reference, verb=Message(verb))


def hold_ends(booking: Booking) -> Message:
    """Subject for whoever has yet to decide."""
    return Message("{reference} is let go soon: decide on it", reference=booking.reference)


def let_go(booking: Booking) -> Message:
    """Subject for whoever asked, once the hold has run out."""
    return Message("{reference} was let go: nobody decided in time", reference=booking.reference)


def offered(booking: Booking) -> Message:
    """Subject for whoever waits, once there is a slot."""
    return Message("{reference}: a slot became free, take it in time", reference=booking.reference)


def offer_passed(booking: Booking) -> Message:
    """Subject for whoever let an offer pass."""
    return Message("{reference}: the offer has passed on, you wait on", reference=booking.reference)


def waited_in_vain(booking: Booking) -> Message:
    """Subject for whoever waited until the last start had passed."""
    return Message("{reference}: nothing became free in time", reference=booking.reference)


def to_countersign(booking: Booking) -> Message:
    """Subject for quality when the manager approved alone."""
    return Message("{reference} waits for your countersignature", reference=booking.reference)


def countersign_late(booking: Booking) -> Message:
    """Subject when the time for it has passed."""
    return Message("{reference} is not countersigned in time", reference=booking.reference)


def flagged(booking: Booking) -> Message:
    """Subject when something that the booking relies on has ended."""
    return Message("{reference} needs attention", reference=booking.reference)


def flag_body(booking: Booking, findings: Iterable[Finding], near: Iterable[Near]) -> list[Message]:
    """What speaks against the booking now, what would help, and slots near its own."""
    lines = body(of_booking(booking), None)
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


def tell_series(
    work: Work, people: Iterable[Someone], series: BookingSeries, what: Message
) -> None:
    """Queue one message about a whole series to each person, once per version."""
    lines = [
        Message(
            "{project}, {count} occurrences from {starts}.",
            zone=series.facility.zone,
            project=series.project.code,
            count=sum(1 for one in series.occurrences if one.booking_id is not None),
            starts=series.starts,
        )
    ]
    lines += [Message("Reason: {reason}", reason=work.reason)] if work.reason else []
    key, link = f"series:{series.reference}:{series.version}", f"/series/{series.reference}"
    _queue_for(work, people, key, what, lines, link)


def series_requested(series: BookingSeries) -> Message:
    """Subject for the manager."""
    return Message("The series {reference} waits for your decision", reference=series.reference)


SERIES_CHANGES = (N_("moved"), N_("moved to other resources"), N_("cancelled"))


def series_changed(series: BookingSeries, done: str, count: int) -> Message:
    """Subject for whoever is concerned; ``done`` is one of ``SERIES_CHANGES``."""
    return Message(
        "{reference}: {count} occurrences {done}",
        reference=series.reference,
        count=count,
        done=Message(done),
    )
