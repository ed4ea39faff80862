"""Two deeds at the same instant on one room, of which the second must know of the first."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from tests.integration.booking.world import PASSWORD
from tests.load import places, world
from tests.load.crowd import Act, Answer, Crowd

BOOKINGS, OUTAGES, SERIES = "/api/v1/bookings", "/api/v1/outages", "/api/v1/series"
SIGNED = {"reason": "duel", "signature": {"password": PASSWORD}}


class Duels:
    """Duels one after the other, each in a place of its own."""

    def __init__(self, crowd: Crowd):
        self._crowd = crowd
        self._keys = count(1)
        self._days = count(30, 3)

    def approve_against_suspend(self, room: str) -> tuple[str, list[Answer]]:
        """Two managers approve a request while quality suspends its room's qualification."""
        place = _slot(room, next(self._days))
        asked = Act("ask", world.A, "POST", BOOKINGS, place, self._key())
        (made,) = self._crowd.perform([asked])
        reference = str(made.document["reference"])
        path = f"{BOOKINGS}/{reference}/transitions"
        body = {"action": "approve", **SIGNED}
        acts = [Act("approve", who, "POST", path, body) for who in (world.MANAGER, world.DEPUTY)]
        certificate = f"/api/v1/certificates/{world.qualification(room)}/transitions"
        acts.append(
            Act("suspend", world.QUALITY, "POST", certificate, {"action": "suspend", **SIGNED})
        )
        return reference, self._crowd.perform(acts)

    def outage_against_requests(self, room: str) -> list[Answer]:
        """Both startups ask for a slot while two managers take the room out of use for it."""
        day = next(self._days)
        asks = [
            Act("ask", who, "POST", BOOKINGS, _slot(room, day, owner), self._key())
            for who, owner in ((world.A, "a"), (world.B, "b"))
        ]
        out = {
            "resource": room,
            "from": places.instant(places.at(day, 8)),
            "until": places.instant(places.at(day, 18)),
            "kind": "planned",
            "reason": "duel",
        }
        takes = [
            Act("outage", who, "POST", OUTAGES, out, self._key())
            for who in (world.MANAGER, world.DEPUTY)
        ]
        return self._crowd.perform([*takes, *asks])

    def series_against_outage(self, room: str) -> list[Answer]:
        """Both startups ask for the same four weeks, all or none, while a manager takes the room
        out of use in the third of them and another startup's request wants the second."""
        day = next(self._days)
        again = {"recurrence": "FREQ=WEEKLY;COUNT=4", "take": "all"}
        acts = [
            Act("series", who, "POST", SERIES, _slot(room, day, owner) | again, self._key())
            for who, owner in ((world.A, "a"), (world.B, "b"))
        ]
        out = {
            "resource": room,
            "from": places.instant(places.at(day + 14, 8)),
            "until": places.instant(places.at(day + 14, 18)),
            "kind": "planned",
            "reason": "duel",
        }
        acts.append(Act("outage", world.MANAGER, "POST", OUTAGES, out, self._key()))
        rival = _slot(room, day + 7, "b")
        acts.append(Act("ask", world.B, "POST", BOOKINGS, rival, self._key()))
        return self._crowd.perform(acts)

    def one_waits_for(self, room: str) -> tuple[str, dict[str, Any]]:
        """A startup waits for a slot that the other had and cancels; the slot comes with it."""
        day = next(self._days)
        slot = _slot(room, day, "b")
        asked = Act("ask", world.A, "POST", BOOKINGS, _slot(room, day), self._key())
        (taken,) = self._crowd.perform([asked])
        waits = {**slot, "waitlist": {"until": slot["sessions"][0]["starts_at"]}}
        (waiting,) = self._crowd.perform(
            [Act("wait", world.B, "POST", BOOKINGS, waits, self._key())]
        )
        path = f"{BOOKINGS}/{taken.document['reference']}/transitions"
        self._crowd.perform(
            [Act("cancel", world.A, "POST", path, {"action": "cancel", "reason": "duel"})]
        )
        return str(waiting.document["reference"]), _slot(room, day)

    def ask_at_once(self, slots: list[dict[str, Any]]) -> list[Answer]:
        """Ask for several slots at the same instant."""
        return self._crowd.perform(
            [Act("ask", world.A, "POST", BOOKINGS, slot, self._key()) for slot in slots]
        )

    def _key(self) -> str:
        return f"duel-{next(self._keys)}"


def _slot(room: str, day: int, owner: str = "a") -> dict[str, Any]:
    return places.wish(places.CELLS[owner], room, places.at(day) + timedelta(hours=1))
