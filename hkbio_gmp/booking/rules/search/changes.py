"""What would make a blocked plan pass: each change is really assessed, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hkbio_gmp.booking.rules.assess import Assessment, assess
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.papers import relied_on
from hkbio_gmp.booking.rules.search.ground import Offer
from hkbio_gmp.booking.rules.search.people import Others, others
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict, blocks
from hkbio_gmp.kernel.messages import Message

COST = {
    "room": timedelta(hours=1),
    "operator": timedelta(hours=4),
    "later": timedelta(),
    "facility": timedelta(days=1),
    "renewal": timedelta(days=5),
    "closed": timedelta(days=30),
}
"""What a change costs beside the delay that it brings: hkbio-gmp's own estimate (D)."""

_MARGIN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which the rules no longer block.

    ``cost`` is how long it is reckoned to set one back, the delay included; ``plan`` is what
    would then be asked for, and ``verdict`` what the rules say of it.
    """

    kind: str
    message: Message
    cost: timedelta
    plan: PlanFacts
    verdict: Verdict

    @property
    def starts(self) -> datetime:
        """When it would begin (UTC)."""
        return self.plan.sessions[0].slot.starts


def cheapest(changes: Iterable[Change]) -> list[Change]:
    """The cheapest first; of two alike the one that is ready, then the earlier."""
    return sorted(changes, key=lambda c: (c.cost, c.verdict is not Verdict.READY, c.starts))


def later(wish: datetime, offer: Offer) -> Change:
    """The same place at its next free start."""
    delay = offer.starts - wish
    said = Message("Start {span} later, {at}.", span=_span(delay), at=offer.starts)
    return _of("later", said, delay, offer)


def another_room(wish: datetime, offer: Offer) -> Change:
    """Another place of the facility, at the same time or later."""
    rooms = ", ".join(dict.fromkeys(use.resource for use in offer.plan.uses))
    delay = abs(offer.starts - wish)
    if delay:
        said = Message("Take {rooms} instead, {at}.", rooms=rooms, at=offer.starts)
    else:
        said = Message("Take {rooms} instead, at the same time.", rooms=rooms)
    return _of("room", said, delay, offer)


def another_facility(wish: datetime, offer: Offer) -> Change:
    """The other facility."""
    rooms = ", ".join(dict.fromkeys(use.resource for use in offer.plan.uses))
    said = Message(
        "Go to {facility}: {rooms}, {at}.",
        facility=offer.plan.facility.code,
        rooms=rooms,
        at=offer.starts,
    )
    return _of("facility", said, abs(offer.starts - wish), offer)


def _of(kind: str, said: Message, delay: timedelta, offer: Offer) -> Change:
    return Change(kind, said, COST[kind] + delay, offer.plan, offer.told.verdict)


def _span(delay: timedelta) -> Message:
    if delay >= timedelta(days=2):
        return Message("{count} days", count=round(delay / timedelta(days=1)))
    return Message("{count} h", count=f"{delay / timedelta(hours=1):.1f}".removesuffix(".0"))


def in_place(
    plan: PlanFacts,
    around: Circumstances,
    asked: Asked,
    told: Assessment,
    people: Sequence[str] = (),
) -> Iterator[Change]:
    """Changes at the same time and place: other people of ``people``, renewals, closed steps.

    ``told`` is what the rules say of the plan as it is.
    """
    if told.verdict is not Verdict.BLOCKED:
        return
    for change in (
        _other_people(plan, around, asked, told, people),
        _renewed(plan, around, asked, told),
        _closed(plan, around, asked, told),
    ):
        if change is not None:
            yield change


def others_later(named: Others, wish: datetime, offer: Offer) -> Change:
    """Other people and a later start."""
    delay = offer.starts - wish
    then = later(wish, offer).message
    said = Message("{first} {then}", first=named.message, then=then) if delay else named.message
    return _of("operator", said, delay, offer)


def _other_people(
    plan: PlanFacts,
    around: Circumstances,
    asked: Asked,
    told: Assessment,
    people: Sequence[str],
) -> Change | None:
    named = others(plan, around, asked, told, people)
    if named is None:
        return None
    changed = replace(plan, operators=named.operators)
    found = assess(changed, around, asked)
    if found.verdict is Verdict.BLOCKED:
        return None
    return Change("operator", named.message, COST["operator"], changed, found.verdict)


def _renewed(
    plan: PlanFacts, around: Circumstances, asked: Asked, told: Assessment
) -> Change | None:
    """The certificates that block, renewed and verified by quality."""
    stopped = [f for f in blocks(told.findings) if f.rule.startswith("certificate:")]
    if not stopped:
        return None
    held = dict(around.held)
    for key in relied_on(plan):
        if any(f.subject == key[1] and f.rule == f"certificate:{key[2]}" for f in stopped):
            held[key] = [_simulated(plan)]
    found = assess(plan, around.with_papers(held), asked)
    if found.verdict is Verdict.BLOCKED:
        return None
    names = [around.kinds[f.rule.partition(":")[2]].name for f in stopped]
    said = Message(
        "Have {name} of {subject} renewed and verified.",
        name=Message(names[0]),
        subject=stopped[0].subject,
    )
    if len(stopped) > 1:
        said = Message("{first} And {count} more.", first=said, count=len(stopped) - 1)
    cost = COST["renewal"] + timedelta(days=len(stopped) - 1)
    return Change("renewal", said, cost, plan, found.verdict)


def _simulated(plan: PlanFacts) -> CertificateFacts:
    first = (plan.occupancy.starts - _MARGIN).date()
    last: date = (plan.occupancy.ends + _MARGIN).date()
    return CertificateFacts("", CertificateState.VALID, first, last)


def _closed(
    plan: PlanFacts, around: Circumstances, asked: Asked, told: Assessment
) -> Change | None:
    """Closed processing, where the room's grade is the reason (PE 009-17 Annex 2A 3.13)."""
    if not plan.open_processing or not _blocks(told.findings, "room_grade"):
        return None
    changed = replace(plan, open_processing=False)
    found = assess(changed, around, asked)
    if found.verdict is Verdict.BLOCKED:
        return None
    said = Message("Prove that the process is closed, and have quality accept it.")
    return Change("closed", said, COST["closed"], changed, found.verdict)


def _blocks(findings: Iterable[Finding], rule: str) -> bool:
    return any(f.rule == rule and f.severity is Severity.BLOCK for f in findings)
