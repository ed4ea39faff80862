"""What a search found, in rows: each room's best slots, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hkbio_gmp.booking.present.search import Search
from hkbio_gmp.booking.services import SlotAnswer
from hkbio_gmp.booking.services.slots import Refusal, Slot
from hkbio_gmp.kernel.findings import Verdict


def counted(answer: SlotAnswer) -> dict[str, int]:
    """How many rooms were looked at, can take it, and cannot yet."""
    able = {slot.resources[0] for slot in answer.slots}
    unable = {r.resource for r in answer.refusals if r.resource != r.facility} - able
    return {"rooms": len(able | unable), "able": len(able), "unable": len(unable)}


def refusal_row(refusal: Refusal, rooms: dict[str, str], search: Search) -> dict[str, Any]:
    """A refusal's row of four: every reason, when all have cleared, and the cheapest change."""
    clears = [f.clears_at for f in refusal.reasons if f.clears_at is not None]
    never = len(clears) < len(refusal.reasons)
    best = refusal.changes[0] if refusal.changes else None
    return {
        "subject": refusal.resource,
        "grade": rooms.get(refusal.resource, ""),
        "starts": None if refusal.until is None and never else refusal.starts,
        "reason": refusal.reasons[0],
        "more": refusal.reasons[1:],
        "clears_at": None if never else max(clears),
        "change": best,
        "others": refusal.changes[1:],
        "href": search.change_url(best) if best else refusal.reasons[0].link,
    }


def best_of_each(slots: Sequence[Slot]) -> list[Slot]:
    """The earliest slot of each room; also its first that is ready, where a later one is."""
    chosen: list[Slot] = []
    seen: set[str] = set()
    ready: set[str] = set()
    for slot in slots:
        room, is_ready = slot.resources[0], slot.verdict is Verdict.READY
        if room not in seen or (is_ready and room not in ready):
            chosen.append(slot)
        seen.add(room)
        if is_ready:
            ready.add(room)
    return chosen
