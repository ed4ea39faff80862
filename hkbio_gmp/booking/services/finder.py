"""Finding free slots: the same rules as asking for one, so that an offer can be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules import assessment, gates
from hkbio_gmp.booking.rules.assess import Assessment, assess
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances, Scope
from hkbio_gmp.booking.rules.occupancy import Occupied, clashes
from hkbio_gmp.booking.rules.sessions import PlanFacts, PlannedSession, uses_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict
from hkbio_gmp.kernel.timerange import TimeRange

STEP = timedelta(minutes=30)
WISHED = "-"
_MOST_TRIES = 400
_PER_ROOM = 3


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What is looked for. Instants in UTC; ``series`` is the batch's or project's."""

    process_class: str
    length: timedelta
    window: TimeRange
    facilities: tuple[str, ...]
    organisation: str
    grade: str | None = None
    equipment: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    open_processing: bool = True
    series: str = WISHED
    room: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that a request would be granted to hold, unless someone is faster."""

    facility: str
    resources: tuple[str, ...]
    slot: TimeRange
    occupancy: TimeRange
    verdict: Verdict
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a room cannot be had from the beginning of the window on, and until when."""

    facility: str
    resource: str
    starts: datetime
    until: datetime | None
    reasons: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SlotAnswer:
    """Ranked slots, the earliest first, and what is refused."""

    slots: list[Slot]
    refusals: list[Refusal]


@dataclass(frozen=True)
class _Site:
    facts: FacilityFacts
    needs: ProcessClassFacts
    resources: Mapping[str, ResourceFacts]
    around: Circumstances


def find_slots(session: Session, viewer: Viewer, query: SlotQuery, now: datetime) -> SlotAnswer:
    """Free slots of suitable rooms at the facilities asked for, at ``now`` (UTC)."""
    slots: list[Slot] = []
    refusals: list[Refusal] = []
    for code in query.facilities:
        site = _site(session, query, code, now)
        if site is None:
            continue
        for room in _rooms(site, query):
            found, refused = _search(site, room, query, viewer, now)
            slots += found
            if refused is not None:
                refusals.append(refused)
    slots.sort(key=lambda s: (s.slot.starts, s.verdict is not Verdict.READY, s.resources))
    return SlotAnswer(slots[: query.limit], sorted(refusals, key=_refusal_order))


def _refusal_order(refusal: Refusal) -> tuple[bool, float, str]:
    until = refusal.until
    return until is None, until.timestamp() if until else 0.0, refusal.resource


def _site(session: Session, query: SlotQuery, code: str, now: datetime) -> _Site | None:
    needs = facilities.class_facts(session, code).get(query.process_class)
    if needs is None:
        return None
    known = facilities.resource_facts(session, code)
    rooms = [r for r in known.values() if r.kind == "room"]
    wanted = gates.needed(code, rooms, query.organisation, query.operators)
    scope = Scope(
        facility=code,
        window=query.window.widened(needs.setup, query.length + needs.turnaround),
        needed=tuple(wanted),
        organisation=query.organisation,
        operators=query.operators,
    )
    return _Site(
        facts=facilities.facility_facts(session, code),
        needs=needs,
        resources=known,
        around=load_circumstances(session, scope, now),
    )


def _rooms(site: _Site, query: SlotQuery) -> Iterable[ResourceFacts]:
    """Rooms whose grade suits the class; the one asked for, whatever its grade."""
    grades = site.needs.grades(open_processing=query.open_processing)
    for room in site.resources.values():
        if room.kind != "room" or not room.bookable or not room.active:
            continue
        if query.room is not None:
            if room.code == query.room:
                yield room
        elif (not grades or room.grade in grades) and query.grade in (None, room.grade):
            yield room


def _search(
    site: _Site, room: ResourceFacts, query: SlotQuery, viewer: Viewer, now: datetime
) -> tuple[list[Slot], Refusal | None]:
    found: list[Slot] = []
    refused: Refusal | None = None
    for starts in _starts(site, query, room, now):
        plan = _plan(site, room, query, starts)
        told = assess(plan, site.around, Asked(viewer, now))
        if told.verdict is Verdict.BLOCKED:
            refused = refused or _refusal(site, room, starts, told.findings)
            continue
        found.append(_slot(plan, told))
        if len(found) == _PER_ROOM:
            break
    first = found[0].slot.starts if found else None
    if refused is not None:
        refused = Refusal(site.facts.code, room.code, refused.starts, first, refused.reasons)
    return found, refused


def _starts(
    site: _Site, query: SlotQuery, room: ResourceFacts, now: datetime
) -> Iterator[datetime]:
    """Candidate starts: each opening, and the first moments after each neighbour, in order."""
    earliest = max(query.window.starts, now)
    last = query.window.ends - query.length
    edges = {_rounded(earliest)}
    edges |= {_rounded(max(o.starts, earliest)) for o in site.around.opened}
    for use in site.around.taken.uses:
        if use.resource == room.code or use.resource in query.equipment:
            wished = _plan(site, room, query, use.slot.ends).uses[0]
            for clash in clashes(site.around.book, wished, Occupied((use,))):
                edges.add(_into_opening(site, _rounded(clash.clears_at)))
    inside = sorted(edge for edge in edges if earliest <= edge <= last)
    yield from [edge for edge in inside if _is_open(site, edge)][:_MOST_TRIES] or inside[:1]


def _rounded(instant: datetime) -> datetime:
    """Up to the next half hour."""
    base = instant.replace(minute=0, second=0, microsecond=0)
    steps = -(-(instant - base) // STEP)
    return base + steps * STEP


def _is_open(site: _Site, instant: datetime) -> bool:
    return any(o.starts <= instant < o.ends for o in site.around.opened)


def _into_opening(site: _Site, instant: datetime) -> datetime:
    if _is_open(site, instant):
        return instant
    return next((o.starts for o in site.around.opened if o.starts >= instant), instant)


def _plan(site: _Site, room: ResourceFacts, query: SlotQuery, starts: datetime) -> PlanFacts:
    """What a request for the slot would be."""
    slot = TimeRange(starts, starts + query.length)
    codes = [room.code, *(e for e in query.equipment if e in site.resources)]
    uses = uses_of(slot, codes, site.resources, site.needs, query.series, query.organisation)
    return PlanFacts(
        facility=site.facts,
        needs=site.needs,
        series=query.series,
        organisation=query.organisation,
        project=None,
        resources={code: site.resources[code] for code in codes},
        sessions=(PlannedSession(1, slot, True, uses),),
        operators=query.operators,
        open_processing=query.open_processing,
    )


def _slot(plan: PlanFacts, told: Assessment) -> Slot:
    return Slot(
        facility=plan.facility.code,
        resources=tuple(use.resource for use in plan.uses),
        slot=plan.sessions[0].slot,
        occupancy=plan.occupancy,
        verdict=told.verdict,
        findings=told.findings,
    )


def _refusal(
    site: _Site, room: ResourceFacts, starts: datetime, findings: list[Finding]
) -> Refusal:
    blocking = [f for f in findings if f.severity is Severity.BLOCK]
    return Refusal(
        site.facts.code, room.code, starts, assessment.earliest_clear(findings), blocking
    )
