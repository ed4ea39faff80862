"""The sessions of a booking: as rows with what may be done, and on a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hkbio_gmp.booking.lifecycle import SESSIONS, BookingState, SessionState
from hkbio_gmp.booking.models import Booking, BookingSession
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.web.timeline import Bar, Group, Row, Timeline

_MOST_DAYS = 21


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session with its resources and the verbs that the person has on it."""

    session: BookingSession
    resources: list[str]
    verbs: list[str]
    name: str = ""

    @property
    def over_by(self) -> timedelta | None:
        """How long it ran over its planned end."""
        out = self.session.checked_out_at
        return out - self.session.ends if out is not None and out > self.session.ends else None


def session_rows(
    person: PersonPrincipal, booking: Booking, names: Mapping[int, str]
) -> list[SessionRow]:
    """Sessions in order, with the names of their steps."""
    return [
        SessionRow(
            session,
            [a.resource for a in session.allocations if a.proposal_id is None],
            session_verbs(person, booking, session),
            names.get(session.number, ""),
        )
        for session in booking.sessions
    ]


def session_verbs(person: PersonPrincipal, booking: Booking, session: BookingSession) -> list[str]:
    """What the person may do to the session now; only while the booking is approved."""
    if booking.status != BookingState.APPROVED:
        return []
    named = any(o.active and o.person_id == person.person_id for o in booking.operators)
    found = []
    for verb in SESSIONS.possible(SessionState(session.state)):
        row = SESSIONS.get(SessionState(session.state), verb)
        allowed = named or person.may(row.permission, facility=booking.facility.code)
        if allowed and _in_turn(person, session, verb, named=named):
            found.append(verb)
    return found


def _in_turn(person: PersonPrincipal, session: BookingSession, verb: str, *, named: bool) -> bool:
    """A clearance is performed once, then verified by a second person not on the session."""
    if verb == "perform_clearance":
        return session.clearance_by is None
    if verb == "verify_clearance":
        by = session.clearance_by
        return by is not None and by != person.code and not named
    return True


def strip_of(booking: Booking, now: datetime) -> Timeline | None:
    """The sessions on a line of days; None where they would not fit or are one."""
    zone = booking.facility.zone
    first = local_date(min(s.starts for s in booking.sessions), zone)
    last = local_date(max(s.ends for s in booking.sessions), zone)
    if len(booking.sessions) < 2 or not 1 <= (last - first).days < _MOST_DAYS:
        return None
    bars = tuple(_bar(session) for session in booking.sessions)
    return Timeline(first, last, zone, (Group("", rows=(Row("", bars=bars),)),), now)


def _bar(session: BookingSession) -> Bar:
    number = str(session.number)
    short = number if session.attended else ""
    return Bar(session.starts, session.ends, session.state, number, short=short)
