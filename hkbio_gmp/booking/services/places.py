"""Where the finder looks: what stands at a facility, loaded once, and each place walked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries.circumstances import load_circumstances
from hkbio_gmp.booking.rules import gates
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.circumstances import Asked, Scope
from hkbio_gmp.booking.rules.search.ground import Ground, Offer
from hkbio_gmp.booking.rules.search.shape import Wanted
from hkbio_gmp.booking.rules.search.walk import Walk
from hkbio_gmp.booking.services.slots import SlotQuery
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange

_MINUTE = timedelta(minutes=1)


@dataclass
class Place:
    """One place walked: its offers so far, what is left of its walk, and why it had to wait."""

    walk: Walk
    offers: list[Offer]
    rest: Iterator[Offer]
    refused: Offer | None = None

    @property
    def first(self) -> Offer | None:
        """The earliest offer."""
        return self.offers[0] if self.offers else None


def ground_of(
    session: Session, viewer: Viewer, query: SlotQuery, here: Standing, now: datetime
) -> Ground | None:
    """What the search at one facility stands on, read once; None where nothing can start."""
    code = here.facts.code
    needs, known, home = here.classes.get(query.process_class), here.resources, query.home_at(code)
    steps = query.steps_at(here)
    if needs is None or lacking(here, query) is not None:
        return None
    wanted = Wanted(
        facility=here.facts,
        needs=needs,
        series=home.series if home else query.series,
        organisation=query.organisation,
        project=home.project if home else None,
        known=known,
        steps=steps,
        chosen=query.equipment,
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
        process_class=needs.code if needs.is_gmp else None,
    )
    around = load_circumstances(session, scope, now, here)
    return Ground(wanted, around, Asked(viewer, now), (first, last))


def lacking(here: Standing, query: SlotQuery) -> Message | None:
    """What a facility has not at all, so that nothing can be looked for there."""
    code = here.facts.code
    if query.homes and query.home_at(code) is None:
        return Message("You have no accepted project of this class at {facility}.", facility=code)
    if query.process_class not in here.classes:
        return Message("{facility} does not make this class.", facility=code)
    if not query.steps_at(here):
        return Message("{facility} has no such process template.", facility=code)
    length = max(step.offset + step.length for step in query.steps_at(here))
    if query.window.length < length:
        return Message("The range is too short for the run at {facility}.", facility=code)
    absent = [item for item in query.equipment if item not in here.resources]
    if absent:
        return Message("{items} is not at {facility}.", items=", ".join(absent), facility=code)
    return None


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
        gates.Making(wanted.needs, wanted.open_processing),
    )


def places_in(ground: Ground, query: SlotQuery) -> Iterable[tuple[str, ...]]:
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


def suits(wanted: Wanted, rooms: Sequence[str]) -> bool:
    """Whether each room has a grade that the class accepts."""
    grades = wanted.needs.grades(open_processing=wanted.open_processing)
    return not grades or all(wanted.known[code].grade in grades for code in rooms)


def look_at(ground: Ground, codes: tuple[str, ...], query: SlotQuery) -> Place:
    """The place's first offer; and what the rules say of the first wish where that is earlier.

    A room of an unsuitable grade is not walked: no date would mend it.
    """
    walk = Walk(ground, codes)
    if walk.lacks and not codes:
        return Place(walk, [], iter(()))
    rest = walk.offers() if suits(ground.wanted, codes) else iter(())
    offers = list(islice(rest, 1))
    refused = None
    if not query.near and (not offers or offers[0].starts > ground.wish):
        asked = walk.ask(ground.wish)
        refused = asked if asked.told.verdict is Verdict.BLOCKED or walk.lacks else None
    return Place(walk, offers, rest, refused)


def by_start_and_verdict(offer: Offer) -> tuple[datetime, bool, list[str]]:
    """Sort key: the earliest first, ready ones before others."""
    return offer.starts, not offer.is_ready, [use.resource for use in offer.plan.uses]
