"""What holds time at a facility: one query for allocations, one for outages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Allocation, Booking, Outage
from hkbio_gmp.booking.queries.period import LONGEST_OCCUPANCY
from hkbio_gmp.booking.rules.occupancy import Occupied, OutageFacts, RuleBook, Use
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import rows


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
    facility: str,
    window: TimeRange,
    now: datetime,
    *,
    zones: Mapping[str, str | None],
    without: str | None = None,
    near: Collection[str] | None = None,
    here: Standing | None = None,
) -> Occupied:
    """Everything that holds time within ``window`` (UTC, already widened by the longest gap).

    A request whose hold has run out at ``now`` stands in nobody's way. ``without`` leaves out a
    booking; ``zones`` gives each resource's air zone; ``near`` names the resources that matter;
    ``here`` is the facility's standing, where it has been read.
    """
    at = here or facilities.standing(session, facility)
    return Occupied(
        uses=tuple(_uses(session, at, window, now, zones, without, near)),
        outages=tuple(_outages(session, at.id, window)),
    )


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=Allocation.starts.type)


_USES = (
    select(
        Allocation.resource,
        Allocation.starts,
        Allocation.ends,
        Allocation.occupied_from,
        Allocation.occupied_until,
        Allocation.process_class,
        Allocation.series,
        Booking.reference,
        Organisation.code,
        Project.vector,
        Project.infectious,
    )
    .join(Booking, Allocation.booking_id == Booking.id)
    .join(Project, Booking.project_id == Project.id)
    .join(Organisation, Booking.organisation_id == Organisation.id)
    .where(
        Allocation.facility_id == bindparam("facility"),
        Allocation.occupied_until > _at("starts"),
        Allocation.occupied_from > _at("earliest"),
        Allocation.occupied_from < _at("ends"),
        Allocation.holds.is_(True),
        or_(
            Booking.status.not_in([str(BookingState.REQUESTED), str(BookingState.WAITLISTED)]),
            Booking.hold_until.is_(None),
            Booking.hold_until > _at("now"),
        ),
    )
    .order_by(Allocation.occupied_from, Allocation.id)
)
_USES_NEAR = _USES.where(Allocation.resource.in_(bindparam("near", expanding=True)))
_OUTAGES = (
    select(Outage.resource, Outage.starts, Outage.ends, Outage.kind)
    .where(
        Outage.facility_id == bindparam("facility"),
        Outage.state == "active",
        Outage.ends > _at("starts"),
        Outage.starts < _at("ends"),
    )
    .order_by(Outage.starts, Outage.id)
)


def _uses(
    session: Session,
    here: Standing,
    window: TimeRange,
    now: datetime,
    zones: Mapping[str, str | None],
    without: str | None,
    near: Collection[str] | None,
) -> Iterable[Use]:
    wanted = {
        "facility": here.id,
        "starts": window.starts,
        "earliest": window.starts - LONGEST_OCCUPANCY,
        "ends": window.ends,
        "now": now,
    }
    if near is not None:
        wanted["near"] = sorted(near)
    found = rows(session, _USES if near is None else _USES_NEAR, wanted)
    for row in found:
        if row[_REFERENCE] != without:
            place = here.resources[row[0]]
            yield _use(zones.get(row[0]), place.place, place.unit, *row)


_REFERENCE = 7


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


def outages(session: Session, facility: str, window: TimeRange) -> list[OutageFacts]:
    """Outages that touch ``window``, by start."""
    return _outages(session, facilities.standing(session, facility).id, window)


def _outages(session: Session, home: int, window: TimeRange) -> list[OutageFacts]:
    wanted = {"facility": home, "starts": window.starts, "ends": window.ends}
    found = rows(session, _OUTAGES, wanted)
    return [OutageFacts(row.resource, TimeRange(row.starts, row.ends), row.kind) for row in found]
