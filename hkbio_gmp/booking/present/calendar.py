"""The resource timeline of a facility and, at its foot, the occupancy of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.models import Outage
from hkbio_gmp.booking.present.bars import Run, booking_bar, outage_bar, runs
from hkbio_gmp.booking.present.handles import REQUEST, handle_of, with_gaps
from hkbio_gmp.booking.present.requesting import own_projects
from hkbio_gmp.booking.present.rooms import Place, room_groups
from hkbio_gmp.booking.present.sites import other_sites
from hkbio_gmp.booking.present.wanted import Wanted
from hkbio_gmp.booking.queries.occupied import rule_book
from hkbio_gmp.booking.rules.gates import ROOM_KINDS
from hkbio_gmp.certification import queries as certification
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility, Resource
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.web.filters import localised, page_url
from hkbio_gmp.web.timeline import Bar, Group, Timeline

_CAMPAIGN = timedelta(days=42)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The picture, and the same as a list for the table."""

    timeline: Timeline
    runs: list[Run]
    outages: list[Outage]
    classes: dict[str, str]


def calendar_of(session: Session, person: PersonPrincipal, wanted: Wanted) -> Calendar:
    """The calendar of one facility as the person may see it."""
    home, days = wanted.facility, wanted.days
    classes = class_names(session, home.code)
    rows = [one for one in facilities.list_resources(session, home.code) if wanted.shows(one)]
    codes = {one.code for one in rows}
    named = queries.named_on(session, person.person_id) if wanted.own else frozenset()
    shown = [
        run
        for run in _runs(session, person, wanted)
        if run.head.resource in codes and _is_wanted(run, wanted, person, named)
    ]
    outages = [one for one in _outages(session, person, wanted) if one.resource in codes]
    groups = _home(session, person, wanted, shown, outages, classes, rows)
    groups += other_sites(session, person, wanted)
    closed = {
        one.day: localised(one)
        for one in facilities.closed_days(session, home.code, days.first, days.last)
    }
    picture = Timeline(days.first, days.last, home.zone, tuple(groups), wanted.now, closed)
    return Calendar(picture, sorted(shown, key=lambda run: run.starts), outages, classes)


def _runs(session: Session, person: PersonPrincipal, wanted: Wanted) -> list[Run]:
    """What touches the days; read wider, so that a campaign's first and last session are known."""
    home, window = wanted.facility, wanted.days.in_zone(wanted.facility.zone)
    wide = window.widened(_CAMPAIGN, _CAMPAIGN)
    found = runs(queries.list_timeline(session, person, home.code, wide, wanted.now))
    return [
        run
        for run in found
        if run.occupied_from < window.ends and window.starts < run.occupied_until
    ]


def class_names(session: Session, facility: str) -> dict[str, str]:
    """Code → name of a facility's process classes in the present language."""
    rows = facilities.list_process_classes(session, facility)
    return {row.code: localised(row) for row in rows}


def _is_wanted(run: Run, wanted: Wanted, person: PersonPrincipal, named: frozenset[str]) -> bool:
    head = run.head
    mine = head.reference in named or (
        head.organisation is not None and head.organisation == person.organisation
    )
    if wanted.own and not mine:
        return False
    right_class = not wanted.process_class or run.head.process_class == wanted.process_class
    return right_class and (not wanted.status or _shown(run) == wanted.status)


def _shown(run: Run) -> str:
    known = {"cleaning": "completed", "move_proposed": "requested"}
    return known.get(run.status, run.status)


def _outages(session: Session, person: PersonPrincipal, wanted: Wanted) -> list[Outage]:
    if wanted.status not in {"", "outage"}:
        return []
    window = wanted.days.in_zone(wanted.facility.zone)
    rows = queries.list_outages(session, person, window)
    return [row for row in rows if row.facility_id == wanted.facility.id]


def _home(
    session: Session,
    person: PersonPrincipal,
    wanted: Wanted,
    shown: Iterable[Run],
    outages: Iterable[Outage],
    classes: dict[str, str],
    resources: list[Resource],
) -> list[Group]:
    home = wanted.facility
    bars = _bars(session, person, wanted, shown, classes)
    for outage in outages:
        href = url_for("outages.outage", reference=outage.reference)
        bars[outage.resource].append(outage_bar(outage, href))
    place = Place(
        zone=home.zone,
        now=wanted.now,
        until=wanted.days.in_zone(home.zone).ends,
        bars_of=lambda code: tuple(bars.get(code, ())),
        qualified=_qualified(session, person, home.code, resources),
        href=lambda resource: url_for("facilities.resource", code=resource.code),
        may_ask=_may_ask(session, person, home),
        moves=True,
    )
    return room_groups(place, facilities.list_air_zones(session, home.code), resources)


def _bars(
    session: Session,
    person: PersonPrincipal,
    wanted: Wanted,
    shown: Iterable[Run],
    classes: dict[str, str],
) -> dict[str, list[Bar]]:
    """Resource → its bars, with their handles and what lies between each pair."""
    home = wanted.facility
    pairs: dict[str, list[tuple[Run, Bar]]] = defaultdict(list)
    runs_here = list(shown)
    undecided = {run.head.reference for run in runs_here if run.head.proposed}
    for run in runs_here:
        href = page_url(booking=run.head.reference) if run.head.reference else None
        bar = booking_bar(run, lambda code: classes.get(code, code), href, wanted.selected)
        if run.head.reference not in undecided:
            bar = replace(bar, handle=handle_of(person, home.code, run))
        pairs[run.head.resource].append((run, bar))
    matrix = rule_book(session, home.code).changeover
    drawn = {code: with_gaps(found, matrix) for code, found in pairs.items()}
    return defaultdict(list, drawn)


def _may_ask(session: Session, person: PersonPrincipal, home: Facility) -> bool:
    """Whether a stretch that is drawn can become a request: with a project here."""
    projects = own_projects(session, person) if person.may(REQUEST) else []
    return any(project.facility_id == home.id for project in projects)


def _qualified(
    session: Session, person: PersonPrincipal, facility: str, resources: Iterable[Resource]
) -> dict[str, list[CertificateFacts]]:
    """Room → its qualifications, for those who may know of them."""
    may = person.may(certification.READ, facility=facility)
    if not may and person.organisations(certification.READ) == frozenset():
        return {}
    rooms = {r.code: ROOM_KINDS[r.grade] for r in resources if r.grade in ROOM_KINDS}
    held = certification.coverage(session, facility, {("resource", code) for code in rooms})
    return {code: held.get(("resource", code, kind), []) for code, kind in rooms.items()}


def around(timeline: Timeline, resource: str) -> Timeline | None:
    """The same picture with one row alone."""
    rows = [row for group in timeline.groups for row in group.rows if row.code == resource]
    if not rows:
        return None
    return replace(timeline, groups=(Group("", rows=tuple(rows)),))
