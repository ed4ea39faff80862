"""What the finder refuses: every reason, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hkbio_gmp.booking.rules import assessment
from hkbio_gmp.booking.rules.search import changes
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.ground import Ground
from hkbio_gmp.booking.rules.search.people import others
from hkbio_gmp.booking.rules.search.walk import Walk
from hkbio_gmp.booking.services.places import Place, by_start_and_verdict, suits
from hkbio_gmp.booking.services.slots import Refusal, SlotQuery
from hkbio_gmp.kernel.findings import Finding, Severity, blocks
from hkbio_gmp.kernel.messages import Message


def refusal_of(place: Place, places: Sequence[Place], query: SlotQuery) -> Refusal:
    """Every reason why a place cannot be had at the first wish, and what would help."""
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


def refusal_order(refusal: Refusal) -> tuple[bool, float, str]:
    """Sort key: what clears soonest first."""
    until = refusal.until
    return until is None, until.timestamp() if until else 0.0, refusal.resource


def unable(code: str, said: Message, query: SlotQuery) -> Refusal:
    """A facility at which nothing can be looked for."""
    homeless = bool(query.homes) and query.home_at(code) is None
    reason = Finding(
        rule="project_accepted" if homeless else "facility",
        severity=Severity.BLOCK,
        subject=code,
        message=said,
        remedy=Message("Propose one; the facility's quality decides.")
        if homeless
        else Message("Choose the other facility, or other criteria."),
        source="PE 009-17 Part I 5.9; facility's new-product introduction"
        if homeless
        else "facility's file",
        link="/projects" if homeless else f"/facilities/{code}",
    )
    return Refusal(code, code, query.window.starts, None, [reason])


def _no_equipment(kind: str, ground: Ground) -> Finding:
    return Finding(
        rule="equipment",
        severity=Severity.BLOCK,
        subject=kind,
        message=Message("There is no bookable {kind} here.", kind=Message(kind)),
        remedy=Message("Choose the other facility, or another process template."),
        source="facility's equipment",
    )


def _changes(place: Place, places: Sequence[Place], query: SlotQuery) -> list[Change]:
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
        found += _with_others(place, query)
    if not found:
        found += _elsewhere(place, places, wish)
    return changes.cheapest(found)


def _with_others(place: Place, query: SlotQuery) -> Iterator[Change]:
    """Other people and, since that alone is not enough, a later start."""
    asked, ground = place.refused, place.walk.ground
    assert asked is not None
    named = others(asked.plan, ground.around, ground.asked, asked.told, query.colleagues)
    if named is None or not suits(ground.wanted, place.walk.place):
        return
    wanted = replace(ground.wanted, operators=named.operators)
    offer = next(Walk(replace(ground, wanted=wanted), place.walk.place).offers(), None)
    if offer is not None:
        yield changes.others_later(named, asked.starts, offer)


def _elsewhere(place: Place, places: Sequence[Place], wish: datetime) -> Iterator[Change]:
    """The nearest other room of this facility, and of the other."""
    home = place.walk.ground.wanted.facility.code
    for here, say in ((True, changes.another_room), (False, changes.another_facility)):
        offers = [
            p.first
            for p in places
            if p.first is not None and (p.walk.ground.wanted.facility.code == home) is here
        ]
        if offers:
            yield say(wish, min(offers, key=by_start_and_verdict))
