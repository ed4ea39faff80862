"""Finding free slots: the same rules as asking for one, so that an offer can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy.orm import Session

from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.search import changes
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.ground import Ground, Offer
from hkbio_gmp.booking.rules.search.walk import Walk
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.services.places import (
    Place,
    by_start_and_verdict,
    ground_of,
    lacking,
    look_at,
    places_in,
    suits,
)
from hkbio_gmp.booking.services.refused import refusal_of, refusal_order, unable
from hkbio_gmp.booking.services.slots import Slot, SlotAnswer, SlotQuery
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.timerange import TimeRange

_PER_PLACE = 3
_MINUTE = timedelta(minutes=1)


def find_slots(session: Session, viewer: Viewer, query: SlotQuery, now: datetime) -> SlotAnswer:
    """Free slots of suitable rooms at the facilities asked for, at ``now`` (UTC).

    Every slot has passed the very rules that a request for it is held to, and every change that
    is named has been assessed by them.
    """
    sites = [facilities.standing(session, code) for code in query.facilities]
    lacks = {here.facts.code: lacking(here, query) for here in sites}
    able = [here for here in sites if lacks[here.facts.code] is None]
    grounds = [g for here in able if (g := ground_of(session, viewer, query, here, now))]
    places = [look_at(g, codes, query) for g in grounds for codes in places_in(g, query)]
    slots = _near(places, query) if query.near else _ranked(places, query)
    refusals = [refusal_of(place, places, query) for place in places if place.refused is not None]
    refusals += [unable(code, said, query) for code, said in lacks.items() if said is not None]
    return SlotAnswer(slots, sorted(refusals, key=refusal_order))


def slots_on(ground: Ground, query: SlotQuery) -> list[Slot]:
    """As :func:`find_slots`, on a ground that the caller has prepared; ``near`` must be given."""
    return _near([look_at(ground, codes, query) for codes in places_in(ground, query)], query)


def ways_of(
    session: Session, viewer: Viewer, plan: PlanFacts, query: SlotQuery, now: datetime
) -> list[Change]:
    """What would make ``plan`` pass at its facility, the cheapest first; nothing where it does."""
    here = facilities.standing(session, plan.facility.code)
    ground = ground_of(session, viewer, query, here, now)
    if ground is None:
        return []
    told = assess(plan, ground.around, ground.asked)
    if told.verdict is not Verdict.BLOCKED:
        return []
    wish = min(s.slot.starts for s in plan.sessions)
    own = {code for code in plan.resources if plan.resources[code].kind == "room"}
    found = list(changes.in_place(plan, ground.around, ground.asked, told, query.colleagues))
    rooms: list[Offer] = []
    for codes in places_in(ground, query):
        if not suits(ground.wanted, codes):
            continue
        offer = next(Walk(ground, codes).offers_from(wish), None)
        if offer is not None and set(codes) <= own:
            found.append(changes.later(wish, offer))
        elif offer is not None:
            rooms.append(offer)
    if rooms:
        found.append(changes.another_room(wish, min(rooms, key=by_start_and_verdict)))
    return changes.cheapest(found)


def _ranked(places: Sequence[Place], query: SlotQuery) -> list[Slot]:
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
    return [
        _slot(offer) for offer in sorted(distinct.values(), key=by_start_and_verdict)[: query.limit]
    ]


def _by_start(offer: Offer) -> datetime:
    return offer.starts


def _near(places: Sequence[Place], query: SlotQuery) -> list[Slot]:
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
