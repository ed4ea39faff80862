"""The other sites at the foot of the calendar: occupancy alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.present.bars import booking_bar, runs
from hkbio_gmp.booking.present.rooms import Place, other_site
from hkbio_gmp.booking.present.wanted import Wanted
from hkbio_gmp.booking.queries import TimelineEntry
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.web.timeline import Bar, Group


def other_sites(session: Session, person: PersonPrincipal, wanted: Wanted) -> list[Group]:
    """The other facilities' rooms, of which only the occupancy is told."""
    narrowed = wanted.kind or wanted.grade or wanted.zone or wanted.resource or wanted.own
    if wanted.status not in {"", "occupied"} or narrowed:
        return []
    found = []
    for row in facilities.list_facilities(session):
        if row.id != wanted.facility.id:
            found.append(_other(session, person, row, wanted))
    return [group for group in found if group.rows]


def _other(session: Session, person: PersonPrincipal, site: Facility, wanted: Wanted) -> Group:
    window = wanted.days.in_zone(site.zone)
    entries = queries.list_timeline(session, person, site.code, window, wanted.now)
    bars: dict[str, list[Bar]] = defaultdict(list)
    for run in runs(anonymous(entries)):
        bars[run.head.resource].append(booking_bar(run, str, None, None))
    place = Place(
        zone=site.zone,
        now=wanted.now,
        until=window.ends,
        bars_of=lambda code: tuple(bars.get(code, ())),
        qualified={},
        href=lambda _resource: None,
    )
    return other_site(site.code, place, facilities.list_resources(session, site.code))


def anonymous(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """The same uses, of which only room and occupancy are told."""
    return [
        TimelineEntry(entry.resource, "occupied", entry.occupied_from, entry.occupied_until)
        for entry in entries
    ]
