"""Finding free slots: the same rules as asking for one, so that an offer can be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules import assessment, gates
from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.circumstances import Asked, Scope
from hkbio_gmp.booking.rules.search import changes
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.shape import Wanted
from hkbio_gmp.booking.rules.search.walk import Ground, Offer, Walk
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.services.slots import Refusal, Slot, SlotAnswer, SlotQuery
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict, blocks
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange

_PER_PLACE = 3
_MINUTE = timedelta(minutes=1)


@dataclass
class _Place:
    """One place walked: its offers so far, what is left of its walk, and why it had to wait."""

    walk: Walk
    offers: list[Offer]
    rest: Iterator[Offer]
    refused: Offer | None = None

    @property
    def first(self) -> Offer | None:
        return self.offers[0] if self.offers else None


def find_slots(session: Session, viewer: Viewer, query: SlotQuery, now: datetime) -> SlotAnswer:
    """Free slots of suitable rooms at the facilities asked for, at ``now`` (UTC).

    Every slot has passed the very rules that a request for it is held to, and every change that
    is named has been assessed by them.
    """
    able = [code for code in query.facilities if not query.homes or query.home_at(code)]
    grounds = [g for code in able if (g := _ground(session, viewer, query, code, now))]
    places = [_looked_at(g, codes, query) for g in grounds for codes in _places(g, query)]
    slots = _near(places, query) if query.near else _ranked(places, query)
    refusals = [_refusal(place, places, query) for place in places if place.refused is not None]
    refusals += [_homeless(code, query) for code in query.facilities if code not in able]
    return SlotAnswer(slots, sorted(refusals, key=_refusal_order))


def ways_of(
    session: Session, viewer: Viewer, plan: PlanFacts, query: SlotQuery, now: datetime
) -> list[Change]:
    """What would make ``plan`` pass at its facility, the cheapest first; nothing where it does."""
    ground = _ground(session, viewer, query, plan.facility.code, now)
    if ground is None:
        return []
    told = assess(plan, ground.around, ground.asked)
    if told.verdict is not Verdict.BLOCKED:
        return []
    wish = min(s.slot.starts for s in plan.sessions)
    own = {code for code in plan.resources if plan.resources[code].kind == "room"}
    found = list(changes.in_place(plan, ground.around, ground.asked, told, query.colleagues))
    rooms: list[Offer] = []
    for codes in _places(ground, query):
        if not _suits(ground.wanted, codes):
            continue
        offer = next(Walk(ground, codes).offers_from(wish), None)
        if offer is not None and set(codes) <= own:
            found.append(changes.later(wish, offer))
        elif offer is not None:
            rooms.append(offer)
    if rooms:
        found.append(changes.another_room(wish, min(rooms, key=_order)))
    return changes.cheapest(found)


def _homeless(code: str, query: SlotQuery) -> Refusal:
    """A facility at which no request could be made."""
    reason = Finding(
        rule="project_accepted",
        severity=Severity.BLOCK,
        subject=code,
        message=Message("You have no accepted project of this class at {facility}.", facility=code),
        remedy=Message("Propose one; the facility's quality decides."),
        source="PE 009-17 Part I 5.9; facility's new-product introduction",
        link="/projects",
    )
    return Refusal(code, code, query.window.starts, None, [reason])


def _refusal_order(refusal: Refusal) -> tuple[bool, float, str]:
    until = refusal.until
    return until is None, until.timestamp() if until else 0.0, refusal.resource


def _ground(
    session: Session, viewer: Viewer, query: SlotQuery, code: str, now: datetime
) -> Ground | None:
    """What the search at one facility stands on, read once; None where nothing can start."""
    here = facilities.standing(session, code)
    needs, known, home = here.classes.get(query.process_class), here.resources, query.home_at(code)
    if needs is None or not set(query.equipment) <= known.keys():
        return None
    wanted = Wanted(
        facility=here.facts,
        needs=needs,
        series=home.series if home else query.series,
        organisation=query.organisation,
        project=home.project if home else None,
        known=known,
        steps=query.steps_at(code),
        operators=query.operators,
        open_processing=home.project.open_processing if home else query.open_processing,
        reference=query.reference,
    )
    first, last = _whole(max(query.window.starts, now)), query.window.ends - wanted.length
    if last < first:
        return None
    scope = Scope(
        facility=code,
        window=TimeRange(first - needs.setup, last + wanted.length + needs.turnaround + _MINUTE),
        needed=tuple(_needed(wanted, query)),
        without=query.reference,
        organisation=query.organisation,
        operators=query.operators,
    )
    around = load_circumstances(session, scope, now)
    return Ground(wanted, around, Asked(viewer, now), (first, last))


def _whole(instant: datetime) -> datetime:
    """Up to the next whole minute."""
    down = instant.replace(second=0, microsecond=0)
    return down if down == instant else down + _MINUTE


def _needed(wanted: Wanted, query: SlotQuery) -> list[gates.Needed]:
    return gates.needed(
        wanted.facility.code,
        wanted.known.values(),
        query.organisation,
        dict.fromkeys((*query.operators, *query.colleagues)),
    )


def _places(ground: Ground, query: SlotQuery) -> Iterable[tuple[str, ...]]:
    """Rooms, or suites with their rooms, that can be booked; those asked for whatever they are.

    Where no step takes a place, the steps' own resources are all that is looked at.
    """
    wanted = ground.wanted
    if not any(step.place for step in wanted.steps):
        yield ()
        return
    kind = "suite" if query.suites else "room"
    for resource in wanted.known.values():
        looked_at = resource.code in query.places if query.places else resource.kind == kind
        if looked_at and resource.bookable and resource.active:
            rooms = resource.members or (resource.code,)
            if query.grade in (None, *(wanted.known[code].grade for code in rooms)):
                yield rooms


def _suits(wanted: Wanted, rooms: Sequence[str]) -> bool:
    grades = wanted.needs.grades(open_processing=wanted.open_processing)
    return not grades or all(wanted.known[code].grade in grades for code in rooms)


def _looked_at(ground: Ground, codes: tuple[str, ...], query: SlotQuery) -> _Place:
    """The place's first offer; and what the rules say of the first wish where that is earlier.

    A room of an unsuitable grade is not walked: no date would mend it.
    """
    walk = Walk(ground, codes)
    rest = walk.offers() if _suits(ground.wanted, codes) else iter(())
    offers = list(islice(rest, 1))
    refused = None
    if not query.near and (not offers or offers[0].starts > ground.wish):
        asked = walk.ask(ground.wish)
        refused = asked if asked.told.verdict is Verdict.BLOCKED or walk.lacks else None
    return _Place(walk, offers, rest, refused)


def _ranked(places: Sequence[_Place], query: SlotQuery) -> list[Slot]:
    """The earliest first; the first of each place, its next ones, and its first that is ready."""
    for place in places:
        if place.first is not None and not place.first.is_ready:
            ready = place.walk.first_ready(place.first.starts)
            place.offers += [ready] if ready is not None else []
    found = {id(o): o for place in places for o in place.offers}
    if len(found) < query.limit:
        more = merge(*(islice(p.rest, _PER_PLACE - 1) for p in places if p.offers), key=_by_start)
        for offer in islice(more, query.limit - len(found)):
            found.setdefault(id(offer), offer)
    distinct = {(o.starts, tuple(u.resource for u in o.plan.uses)): o for o in found.values()}
    return [_slot(offer) for offer in sorted(distinct.values(), key=_order)[: query.limit]]


def _by_start(offer: Offer) -> datetime:
    return offer.starts


def _order(offer: Offer) -> tuple[datetime, bool, list[str]]:
    return offer.starts, not offer.is_ready, [use.resource for use in offer.plan.uses]


def _near(places: Sequence[_Place], query: SlotQuery) -> list[Slot]:
    """The nearest to the wish, some before it and some after, those of one place together."""
    wish = query.near
    assert wish is not None
    after = [next((o for o in place.walk.offers_from(wish)), None) for place in places]
    before = [place.walk.before(wish - _MINUTE) for place in places]
    half = query.limit - query.limit // 2

    def nearness(offer: Offer) -> tuple[timedelta, bool, datetime]:
        return abs(offer.starts - wish), not offer.is_ready, offer.starts

    late = sorted((o for o in after if o is not None), key=nearness)
    early = sorted((o for o in before if o is not None), key=nearness)
    kept_early = early[: max(query.limit - half, query.limit - len(late))]
    kept = late[: query.limit - len(kept_early)] + kept_early
    return [_slot(offer) for offer in sorted(kept, key=nearness)]


def _slot(offer: Offer) -> Slot:
    plan = offer.plan
    return Slot(
        facility=plan.facility.code,
        resources=tuple(dict.fromkeys(use.resource for use in plan.uses)),
        slot=TimeRange(plan.sessions[0].slot.starts, max(s.slot.ends for s in plan.sessions)),
        occupancy=plan.occupancy,
        verdict=offer.told.verdict,
        findings=offer.told.findings,
        sessions=plan.sessions,
    )


def _refusal(place: _Place, places: Sequence[_Place], query: SlotQuery) -> Refusal:
    asked = place.refused
    assert asked is not None
    ground = place.walk.ground
    reasons = blocks(asked.told.findings)
    reasons += [_no_equipment(kind, ground) for kind in place.walk.lacks]
    first = place.first
    return Refusal(
        facility=ground.wanted.facility.code,
        resource=" + ".join(place.walk.place) or asked.plan.uses[0].resource,
        starts=asked.starts,
        until=first.starts if first else assessment.earliest_clear(reasons),
        reasons=reasons,
        changes=_changes(place, places, query),
    )


def _no_equipment(kind: str, ground: Ground) -> Finding:
    return Finding(
        rule="equipment",
        severity=Severity.BLOCK,
        subject=kind,
        message=Message("There is no bookable {kind} here.", kind=Message(kind)),
        remedy=Message("Choose the other facility, or another process template."),
        source="facility's equipment",
    )


def _changes(place: _Place, places: Sequence[_Place], query: SlotQuery) -> list[Change]:
    """What would make the first wish pass, the cheapest first."""
    asked = place.refused
    assert asked is not None
    ground, wish = place.walk.ground, asked.starts
    found: list[Change] = []
    if place.first is not None:
        found.append(changes.later(wish, place.first))
    if not place.walk.lacks:
        found += changes.in_place(
            asked.plan, ground.around, ground.asked, asked.told, query.colleagues
        )
    if not found:
        found += _elsewhere(place, places, wish)
    return changes.cheapest(found)


def _elsewhere(place: _Place, places: Sequence[_Place], wish: datetime) -> Iterator[Change]:
    """The nearest other room of this facility, and of the other."""
    home = place.walk.ground.wanted.facility.code
    for here, say in ((True, changes.another_room), (False, changes.another_facility)):
        offers = [
            p.first
            for p in places
            if p.first is not None and (p.walk.ground.wanted.facility.code == home) is here
        ]
        if offers:
            yield say(wish, min(offers, key=_order))
