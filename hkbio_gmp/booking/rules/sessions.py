"""The sessions of a plan: their slots, what they occupy, and how neighbours share it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hkbio_gmp.booking.rules.occupancy import Use, occupancy
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.kernel.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session with the uses that it makes of its resources."""

    number: int
    slot: TimeRange
    attended: bool
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """For which project; ``series`` is its batch's code or its own: one line of product."""

    code: str
    status: str
    open_processing: bool
    vector: str | None = None
    infected: bool = False


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything that the rules need to know of what is asked for.

    ``project`` and ``organisation`` are None where somebody only looks: then the rules about
    them have nothing to say. ``beside`` is the equipment that stands in its rooms.
    """

    facility: FacilityFacts
    needs: ProcessClassFacts
    series: str
    organisation: str | None
    project: ProjectFacts | None
    resources: Mapping[str, ResourceFacts]
    sessions: tuple[PlannedSession, ...]
    operators: tuple[str, ...] = ()
    open_processing: bool = True
    reference: str | None = None
    beside: tuple[ResourceFacts, ...] = ()

    @property
    def uses(self) -> list[Use]:
        """Every use of every session."""
        return [use for session in self.sessions for use in session.uses]

    @property
    def occupancy(self) -> TimeRange:
        """From the first set-up to the last turnaround."""
        return occupancy_of(self.uses)


def occupancy_of(uses: Sequence[Use]) -> TimeRange:
    """From the first set-up to the last turnaround."""
    return TimeRange(
        min(use.occupancy.starts for use in uses), max(use.occupancy.ends for use in uses)
    )


def uses_of(
    slot: TimeRange,
    codes: Iterable[str],
    known: Mapping[str, ResourceFacts],
    needs: ProcessClassFacts,
    series: str,
    organisation: str | None,
    reference: str | None = None,
    project: ProjectFacts | None = None,
) -> tuple[Use, ...]:
    """What one session takes: each resource with the class's set-up and turnaround."""
    held = occupancy(slot, needs.setup, needs.turnaround)
    return tuple(
        Use(
            resource=code,
            slot=slot,
            occupancy=held,
            process_class=needs.code,
            series=series,
            zone=known[code].air_zone,
            booking=reference,
            organisation=organisation,
            room=known[code].place,
            unit=known[code].unit,
            vector=project.vector if project else None,
            infected=project is not None and project.infected,
        )
        for code in codes
    )


def standing_in(
    rooms: Collection[str], known: Mapping[str, ResourceFacts]
) -> tuple[ResourceFacts, ...]:
    """The active equipment that stands in rooms."""
    inside = (one for one in known.values() if one.kind == "equipment" and one.room in rooms)
    return tuple(one for one in inside if one.active)


def expanded(codes: Sequence[str], known: Mapping[str, ResourceFacts]) -> list[str]:
    """Suites replaced by their rooms; each resource once, in order."""
    out: dict[str, None] = {}
    for code in codes:
        for part in known[code].members or (code,):
            out[part] = None
    return list(out)


def joined(sessions: Sequence[PlannedSession]) -> tuple[PlannedSession, ...]:
    """Sessions of one booking that follow each other closely share no set-up or turnaround.

    Between two of them that touch or nearly touch on one resource the room stays the booking's,
    so each occupancy is cut at the next one's slot.
    """
    if len(sessions) == 1:
        return tuple(sessions)
    cut = []
    for place, one in enumerate(sessions):
        later = [other for other in sessions if other.slot.starts >= one.slot.ends]
        earlier = [other for other in sessions if other.slot.ends <= one.slot.starts]
        uses = tuple(_cut(use, later, earlier) for use in one.uses)
        cut.append(replace(sessions[place], uses=uses))
    return tuple(cut)


def _cut(use: Use, later: Sequence[PlannedSession], earlier: Sequence[PlannedSession]) -> Use:
    following = _edges(use, later)
    preceding = _edges(use, earlier)
    ends = min([use.occupancy.ends, *(slot.starts for slot in following)])
    # What follows starts where the turnaround of what came before ends, at the latest its slot.
    starts = max([use.occupancy.starts, *(_reach(use, slot) for slot in preceding)])
    return replace(use, occupancy=TimeRange(min(starts, use.slot.starts), max(ends, use.slot.ends)))


def _reach(use: Use, before: TimeRange) -> datetime:
    turnaround = use.occupancy.ends - use.slot.ends
    return min(before.ends + turnaround, use.slot.starts)


def _edges(use: Use, sessions: Sequence[PlannedSession]) -> list[TimeRange]:
    return [
        other.slot for other in sessions if any(one.resource == use.resource for one in other.uses)
    ]
