"""Where the crowd fights: places of which one booking alone can have any part.

Whoever contends for a place conflicts with whoever else does: by the same slot, by an
overlap, by too little changeover alone, or by segregation in the air zone. Places lie far
enough from each other to never conflict.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests.integration.booking.world import at

SITE = "LCT"
ZONES, HOMES = 6, 4
FIRST_DAY, LAST_DAY = 14, 350
PLACE_DAYS, HOME_DAYS = 3, 2
SLOT = timedelta(hours=8)
PLACES = ZONES * ((LAST_DAY - FIRST_DAY) // PLACE_DAYS)
HOME_PLACES = HOMES * ((LAST_DAY - FIRST_DAY) // HOME_DAYS)
Body = dict[str, Any]
CELLS = {"a": "STARTUP-A-P1", "b": "STARTUP-B-P2"}
VECTOR = "STARTUP-B-P1"


def cell_room(zone: int) -> str:
    """The room of a zone in which cells are worked on."""
    return f"{SITE}-LC{zone}"


def vector_room(zone: int) -> str:
    """The room of a zone in which vectors are."""
    return f"{SITE}-LV{zone}"


def home_room(number: int) -> str:
    """A room that nobody fights for."""
    return f"{SITE}-LH{number}"


def contender(rng: random.Random, place: int) -> tuple[str, Body]:
    """A wish for a place, and whose it is."""
    owner = rng.choice("ab")
    kind = rng.choice(["same", "same", "later", "adjoining", "adjoining", "vector"])
    day, zone = _day(place), place % ZONES
    if kind == "vector":
        return "b", wish(VECTOR, vector_room(zone), at(day))
    body = wish(CELLS[owner], cell_room(zone), at(day, 13 if kind == "later" else 9))
    if kind == "adjoining":
        # 15 to 22.5 hours after the first: past its turnaround, within the pair's 24 hours
        starts = at(day + 1, 8) + rng.randrange(16) * timedelta(minutes=30)
        body |= _session(cell_room(zone), starts)
        body["process_class"] = "autologous_cell"
    return owner, body


def move(rng: random.Random, place: int) -> Body:
    """A move into a place."""
    starts = at(_day(place), rng.choice([9, 13]))
    return {**_session(cell_room(place % ZONES), starts), "reason": "load"}


def home(owner: str, number: int) -> Body:
    """A wish for a slot that nobody else wants."""
    day = FIRST_DAY + HOME_DAYS * (number // HOMES)
    return wish(CELLS[owner], home_room(number % HOMES), at(day))


def _day(place: int) -> int:
    return FIRST_DAY + PLACE_DAYS * (place // ZONES)


def wish(project: str, room: str, starts: datetime) -> Body:
    """A wish of a slot's usual length."""
    return {
        "facility": SITE,
        "project": project,
        "batch": f"{project}-B1",
        "note": "load",
        **_session(room, starts),
    }


def _session(room: str, starts: datetime) -> Body:
    """Nobody in the room: some places lie on closed days, which are not what is fought over."""
    times = {"starts_at": instant(starts), "ends_at": instant(starts + SLOT)}
    return {"sessions": [{**times, "attended": False, "resources": [room]}]}


def instant(moment: datetime) -> str:
    """As the API writes and reads it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
