"""The approval queue: each request with what a decision needs, in one view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.bars import booking_bar, outage_bar, runs
from hkbio_gmp.booking.present.details import Details, details_of
from hkbio_gmp.booking.queries import Neighbour, list_outages, list_timeline
from hkbio_gmp.booking.services import signed_record
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.timerange import TimeRange, local_date
from hkbio_gmp.web.timeline import Bar, Group, Row, Timeline

_AROUND = timedelta(days=4)


@dataclass(frozen=True)
class Waiting:
    """One request in the queue."""

    details: Details
    record: SignedRecord

    @property
    def booking(self) -> Booking:
        """The request itself."""
        return self.details.booking

    @property
    def may_select(self) -> bool:
        """A block cannot be approved, so it cannot be ticked; nor what is not one's own to do."""
        return self.details.may("approve") and not self.details.blocks

    @property
    def needs_reason(self) -> bool:
        """Whether warnings must be passed with a reason."""
        return bool(self.details.open_findings)

    @property
    def last_use(self) -> Neighbour | None:
        """Whoever was in the room before."""
        return self.details.gap("before")

    def of_people(self) -> list[Finding]:
        """The findings about named operators."""
        emails = {o.person.email for o in self.booking.operators if o.active}
        return [f for f in self.details.findings if f.subject in emails]


def waiting_of(
    session: Session, person: PersonPrincipal, rows: Sequence[Booking], now: datetime
) -> list[Waiting]:
    """The requests with their findings and neighbours, in the order given."""
    return [
        Waiting(details_of(session, person, row, now), signed_record(session, row)) for row in rows
    ]


def neighbours_picture(
    session: Session, person: PersonPrincipal, one: Waiting, now: datetime
) -> Timeline:
    """The request among its neighbours on its first resource, some days around it."""
    home, slot = one.booking.facility, one.details.occupancy
    first = local_date(slot.starts - _AROUND, home.zone)
    last = local_date(slot.ends + _AROUND, home.zone)
    room = one.details.resources[0]
    bars = _bars(session, person, one, TimeRange(slot.starts - _AROUND, slot.ends + _AROUND), now)
    return _picture(first, last, home.zone, room, bars, now)


def _bars(
    session: Session, person: PersonPrincipal, one: Waiting, window: TimeRange, now: datetime
) -> list[Bar]:
    home, room = one.booking.facility, one.details.resources[0]
    entries = list_timeline(session, person, home.code, window, now)
    bars = [
        booking_bar(run, str, None, one.booking.reference)
        for run in runs(entry for entry in entries if entry.resource == room)
    ]
    outages = list_outages(session, person, window)
    return bars + [outage_bar(outage, None) for outage in outages if outage.resource == room]


def _picture(
    first: date, last: date, zone: str, room: str, bars: list[Bar], now: datetime
) -> Timeline:
    return Timeline(first, last, zone, (Group("", rows=(Row(room, bars=tuple(bars)),)),), now)
