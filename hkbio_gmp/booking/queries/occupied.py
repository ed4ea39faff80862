"""What holds time at a facility, all in one query, and when a class was last made there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries import around
from hkbio_gmp.booking.queries.period import LONGEST_OCCUPANCY
from hkbio_gmp.booking.rules.occupancy import Elsewhere, Occupied, OutageFacts, RuleBook, Use
from hkbio_gmp.booking.rules.simulation import LOOK_BACK
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import rows

_DAY = timedelta(days=1)


def rule_book(session: Session, facility: str) -> RuleBook:
    """The rules that bind new decisions at a facility. Raises NotFound."""
    return rule_book_at(session, facilities.standing(session, facility))


def rule_book_at(session: Session, here: Standing) -> RuleBook:
    """As :func:`rule_book`, of a facility whose standing has been read."""
    facility = here.facts.code
    if facilities.is_changing(session):
        return _read_rule_book(session, facility)
    key = (str(session.get_bind().engine.url), here.id, here.facts.rules_version)
    found = _books.get(key)
    if found is None:
        # another thread may empty it at any moment: what was found is held, not looked up again
        if len(_books) >= _MOST_BOOKS:
            _books.clear()
        found = _books[key] = _read_rule_book(session, facility)
    return found


# A version's rows never change once it binds.
_books: dict[tuple[object, ...], RuleBook] = {}
_MOST_BOOKS = 64


def _read_rule_book(session: Session, facility: str) -> RuleBook:
    return RuleBook(
        facilities.changeover_matrix(session, facility),
        facilities.segregation_rules(session, facility),
    )


def occupied(
    session: Session,
    here: Standing,
    window: TimeRange,
    now: datetime,
    *,
    without: str | None = None,
    near: Collection[str] | None = None,
    made: tuple[str, datetime] | None = None,
    people: Collection[str] = (),
) -> Occupied:
    """Everything that holds time within ``window`` (UTC, already widened by the longest gap).

    A request whose hold has run out at ``now`` stands in nobody's way. ``without`` leaves out a
    booking; ``near`` names the resources that matter; ``made`` asks when a class was last made by
    an instant (UTC); ``people`` are those of whom it matters where else they are named. Their
    sessions are found by beginning or end: who attends a long one is there at both.
    """
    wanted = {
        "facility": here.id,
        "starts": window.starts,
        "earliest": window.starts - LONGEST_OCCUPANCY,
        "ends": window.ends,
        "now": now,
        "own": without or "",
    }
    if near is not None:
        wanted["near"] = sorted(near)
    if made is not None:
        code, by = made
        wanted |= {"made": code, "by": by, "since": by - LOOK_BACK}
    if people:
        wanted["people"] = sorted(people)
        wanted |= {"day_before": window.starts - _DAY, "day_after": window.ends + _DAY}
    asked = around.statement(near is not None, made is not None, bool(people))
    return _read(rows(session, asked, wanted), here)


def _read(found: Iterable[Any], here: Standing) -> Occupied:
    uses, outages, elsewhere, last, stale = [], [], [], None, False
    # a finder reads a year of them: columns by their place, see ``around``
    for told, code, *others in found:
        if told == around.USE:
            place = here.resources[code]
            uses.append(_use(place.air_zone, place.place, place.unit, code, *others))
        elif told == around.OUTAGE:
            outages.append(OutageFacts(code, TimeRange(others[0], others[1]), others[5]))
        elif told == around.MADE:
            last = others[1]
        elif told == around.PERSON:
            elsewhere.append(Elsewhere(code, TimeRange(others[0], others[1]), others[-1]))
        else:
            stale = True
    return Occupied(tuple(uses), tuple(outages), last, stale, tuple(elsewhere))


# A finder reads a year of uses, most of them as they were at its last question.
@lru_cache(maxsize=20_000)
def _use(
    zone: str | None,
    room: str | None,
    unit: str | None,
    code: str,
    starts: datetime,
    ends: datetime,
    since: datetime,
    until: datetime,
    made: str,
    series: str,
    reference: str,
    owner: str,
    vector: str | None,
    infected: bool,
) -> Use:
    slot, held = TimeRange(starts, ends), TimeRange(since, until)
    return Use(
        code, slot, held, made, series, zone, reference, owner, room, None, unit, vector, infected
    )
