"""Certificates that a plan relies on: its own, and those of what comes with its rooms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from hkbio_gmp.booking.rules import gates
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.gatekeeping import gate_findings
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.booking.rules.simulation import RULE, Pause, simulation_finding
from hkbio_gmp.facilities.rules.fitness import gives_grade_a
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, local_date


def making(plan: PlanFacts) -> gates.Making:
    """What is to be done."""
    return gates.Making(plan.needs, plan.open_processing)


def relied_on(plan: PlanFacts) -> list[gates.Needed]:
    """(subject type, subject code, kind) of every certificate that may be asked for."""
    found = _relied(plan)
    return [*found.own, *(key for group in found.groups for one in group for key in one)]


def _relied(plan: PlanFacts) -> gates.Relied:
    rooms = [one.code for one in plan.resources.values() if one.kind == "room"]
    doing = making(plan)
    return gates.Relied(
        gates.needed(
            plan.facility.code, plan.resources.values(), plan.organisation, plan.operators, doing
        ),
        [
            [gates.of_resource(one) for one in group]
            for group in gates.comes_with(rooms, plan.beside, doing)
        ],
    )


def certificates(plan: PlanFacts, around: Circumstances, asked: Asked) -> Iterator[Finding | None]:
    """Licence, rooms, equipment, agreements and people, at the slot's own dates; of what comes
    with a room the one item that is best in order."""
    held = plan.occupancy
    # a finder asks of the same rooms and people again and again
    about = (plan.operators, plan.organisation, plan.needs.code, plan.open_processing)
    key = (*plan.resources, *about)
    if key not in around.relied:
        around.relied[key] = _relied(plan)
    relied = around.relied[key]
    yield from _findings(plan, relied.own, held, around, asked)
    for group in relied.groups:
        yield from _of_group([_findings(plan, one, held, around, asked) for one in group])
    yield _simulation(plan, held.starts, around, asked)


def _of_group(each: Sequence[list[Finding]]) -> Iterator[Finding]:
    """What is said of one item that is in order; where none is, of all that come nearest."""
    best = min(_heaviest(findings) for findings in each)
    nearest = [findings for findings in each if _heaviest(findings) == best]
    for findings in nearest if best else nearest[:1]:
        yield from findings


def _findings(
    plan: PlanFacts,
    wanted: Iterable[gates.Needed],
    held: TimeRange,
    around: Circumstances,
    asked: Asked,
) -> list[Finding]:
    return gate_findings(
        plan.facility,
        wanted,
        around.held,
        around.kinds,
        held,
        asked.now,
        at_check_in=asked.at_check_in,
        said=around.said,
    )


_WEIGHTS = {Severity.OK: 0, Severity.WARN: 1, Severity.BLOCK: 2}


def _heaviest(findings: Sequence[Finding]) -> int:
    return max((_WEIGHTS[one.severity] for one in findings), default=0)


def _simulation(
    plan: PlanFacts, starts: datetime, around: Circumstances, asked: Asked
) -> Finding | None:
    """What a long pause of the class asks for (PE 009-17 Annex 2A 5.19)."""
    if not plan.needs.is_gmp:
        return None
    zone = plan.facility.zone
    made = around.last_made(plan.needs.code, starts, plan.reference)
    last = local_date(made, zone) if made is not None else None
    pause = Pause(local_date(starts, zone), last)
    key = (RULE, pause, plan.needs.code, asked.now, asked.at_check_in)
    if key not in around.said:
        around.said[key] = simulation_finding(
            plan,
            pause,
            around.kinds.get(gates.SIMULATION),
            around.held.get(("facility", plan.facility.code, gates.SIMULATION), ()),
            asked.now,
            at_check_in=asked.at_check_in,
        )
    said: Finding | None = around.said[key]
    return said


def equipped(plan: PlanFacts) -> Iterator[Finding]:
    """Open steps need clean air of grade A in the room (PE 009-17 Annex 2A 3.11)."""
    if not making(plan).relies_on_grade_a:
        return
    devices = [one for one in (*plan.resources.values(), *plan.beside) if gives_grade_a(one)]
    rooms = [one for one in plan.resources.values() if one.kind == "room"]
    for room in rooms:
        if room.grade in plan.needs.open_grades and all(one.room != room.code for one in devices):
            yield Finding(
                rule="grade_a_device",
                severity=Severity.BLOCK,
                subject=room.code,
                message=Message(
                    "No cabinet or isolator of grade A stands in {room}.", room=room.code
                ),
                remedy=Message("Choose a room with one, or prove that the process is closed."),
                source="PE 009-17 Annex 2A 3.11",
            )
