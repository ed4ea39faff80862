"""What is asked for, before anything of it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hkbio_gmp.booking.models import Booking


@dataclass(frozen=True, slots=True)
class SessionWish:
    """One session as asked for; instants in UTC. Without resources: the booking's."""

    starts: datetime
    ends: datetime
    attended: bool = True
    resources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """That one would wait where others hold the time: for a start up to ``latest`` (UTC), in any
    suitable room or only in the one asked for."""

    latest: datetime
    any_room: bool = False


@dataclass(frozen=True, slots=True)
class BookingWish:
    """A request as it comes from a page or the API, nothing of it checked yet.

    With a ``template`` and no sessions, a run of it from ``starts`` (UTC) is meant. ``urgent``
    says that a patient's material does not wait; the note says why. ``waiting`` joins the waitlist
    where the time is not to be had.
    """

    facility: str
    project: str
    resources: tuple[str, ...]
    sessions: tuple[SessionWish, ...]
    batch: str | None = None
    process_class: str | None = None
    operators: tuple[str, ...] = ()
    note: str = ""
    draft: bool = False
    template: str | None = None
    starts: datetime | None = None
    urgent: bool = False
    waiting: Waiting | None = None

    @property
    def is_laid_out(self) -> bool:
        """Whether it says its sessions; else its template does, from ``starts`` on."""
        return bool(self.sessions) or self.template is None


def wish_of(booking: Booking) -> BookingWish:
    """A stored booking as the request that would make it."""
    sessions = tuple(
        SessionWish(
            s.starts, s.ends, s.attended, tuple(a.resource for a in s.allocations if _current(a))
        )
        for s in booking.sessions
    )
    first = sessions[0].resources if sessions else ()
    return BookingWish(
        facility=booking.facility.code,
        project=booking.project.code,
        resources=first or (),
        sessions=sessions,
        batch=booking.batch.code if booking.batch else None,
        process_class=booking.process_class,
        operators=tuple(o.person.email for o in booking.operators if o.active),
        note=booking.note,
        template=booking.template,
        urgent=booking.urgent,
    )


def _current(allocation: object) -> bool:
    return getattr(allocation, "proposal_id", None) is None
