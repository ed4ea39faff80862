"""Where the people named are on the same day: flow between areas, and two places at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from hkbio_gmp.booking.rules.occupancy import Elsewhere
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.kernel.timerange import TimeRange, local_date

_AREAS = {True: N_("a live-organism area"), False: N_("another area")}


def people_findings(plan: PlanFacts, elsewhere: Iterable[Elsewhere]) -> Iterator[Finding]:
    """Warnings about people who are named elsewhere too (PE 009-17 Annex 2A 2.3).

    Days are those of the facility's zone. People do not go from areas of live organisms to
    others on one day; nobody attends two sessions at one time.
    """
    zone = plan.facility.zone
    ours = [session.slot for session in plan.sessions if session.attended]
    days = {day for slot in ours for day in _days(slot, zone)}
    told: set[tuple[str, str]] = set()
    for one in elsewhere:
        if one.person not in plan.operators:
            continue
        crosses = one.live_organism is not plan.needs.live_organism
        if crosses and days & set(_days(one.slot, zone)) and ("flow", one.person) not in told:
            told.add(("flow", one.person))
            yield _flow(one)
        busy = any(slot.overlaps(one.slot) for slot in ours)
        if busy and ("busy", one.person) not in told:
            told.add(("busy", one.person))
            yield _busy(one)


def _days(slot: TimeRange, zone: str) -> list[date]:
    return [local_date(slot.starts, zone), local_date(slot.ends, zone)]


def _flow(one: Elsewhere) -> Finding:
    return Finding(
        rule="person_flow",
        severity=Severity.WARN,
        subject=one.person,
        message=Message(
            "{person} is also in {area} that day; "
            "people do not go from a live-organism area to others.",
            person=one.person,
            area=Message(_AREAS[one.live_organism]),
        ),
        remedy=Message("Name somebody else, or take another day."),
        source="PE 009-17 Annex 2A 2.3",
    )


def _busy(one: Elsewhere) -> Finding:
    return Finding(
        rule="person_busy",
        severity=Severity.WARN,
        subject=one.person,
        message=Message(
            "{person} is named in another attended session at that time.", person=one.person
        ),
        remedy=Message("Name somebody else, or move the session."),
        clears_at=one.slot.ends,
        source="facility's own rule",
    )
