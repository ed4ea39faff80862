"""A drop's dialog: what would help, as drops that can be tried at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.present.details import slot_of
from hkbio_gmp.booking.queries import resources_of
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.services import Drag, DragVerdict
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.kernel.timerange import TimeRange

_TRIED = {"later", "room"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that passes. ``args`` make it a drop to try; without them it is only said."""

    change: Change
    args: dict[str, Any] | None


def suggestions(booking: Booking, drag: Drag, verdict: DragVerdict) -> list[Suggestion]:
    """What would help, the cheapest first."""
    return [Suggestion(change, _args(booking, drag, change)) for change in verdict.ways]


def _args(booking: Booking, drag: Drag, change: Change) -> dict[str, Any] | None:
    """A drop of the whole booking; an edge that was dragged has no place elsewhere."""
    if change.kind not in _TRIED or drag.edge:
        return None
    now = resources_of(booking)
    then = list(dict.fromkeys(use.resource for use in change.plan.uses))
    gone, come = [c for c in now if c not in then], [c for c in then if c not in now]
    if len(gone) != len(come) or len(gone) > 1:
        return None
    shift = change.starts - slot_of(booking).starts
    return {
        "shift": int(shift.total_seconds() // 60),
        "source": gone[0] if gone else "",
        "target": come[0] if come else "",
    }


def taken_from(plan: Plan) -> dict[str, Any]:
    """The slot and the resources that a plan takes."""
    slots = [session.slot for session in plan.sessions]
    whole = TimeRange(min(s.starts for s in slots), max(s.ends for s in slots))
    return {
        "after": whole,
        "resources": list(dict.fromkeys(use.resource for use in plan.uses)),
    }
