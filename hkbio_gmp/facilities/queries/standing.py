"""What stands at a facility until its next import: read once a version, then kept.

Every decision of booking asks for it several times, and it changes a few times a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.facilities.models import (
    Closure,
    Facility,
    OpeningHours,
    ProcessClass,
    Resource,
)
from hkbio_gmp.facilities.queries.stored_templates import active_templates
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.facilities.rules.facts import (
    FacilityFacts,
    OpeningPattern,
    OpeningSlot,
    ProcessClassFacts,
    ResourceFacts,
)
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.work import ONE_TRANSACTION, rows

_CHANGING, _SEEN = "hkbio_facility_changes", "hkbio_standing"
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """A facility's facts, settings, resources (retired ones too), active classes, hours and
    active templates.

    ``closures`` are (first day, last day, name, Chinese name, source) of the active ones.
    """

    id: int
    facts: FacilityFacts
    settings: Mapping[str, Any]
    resources: Mapping[str, ResourceFacts]
    classes: Mapping[str, ProcessClassFacts]
    pattern: OpeningPattern
    closures: tuple[tuple[date, date, str, str, str], ...] = ()
    templates: tuple[ProcessTemplate, ...] = ()


class Head(NamedTuple):
    """A facility's own row: which version of what stands there is the present one."""

    id: int
    version: int
    rules_version: int
    settings: Mapping[str, Any]
    code: str
    name: str
    name_zh: str
    zone: str


_kept: dict[tuple[object, ...], Standing] = {}


def standing(session: Session, code: str) -> Standing:
    """What stands at a facility. Raises NotFound.

    Kept by version: whoever changes any of this makes a new one. A unit of work asks
    for the version once, after it has locked the facility.
    """
    if not session.info.get(ONE_TRANSACTION):
        return _by_version(session, code)
    if is_changing(session):
        return _read(session, _head(session, code))
    seen: dict[str, Standing] = session.info.setdefault(_SEEN, {})
    if code not in seen:
        seen[code] = _by_version(session, code)
    return seen[code]


def keep_head(session: Session, head: Head) -> None:
    """What stands at a facility is asked for by this version, read after it was locked."""
    if session.info.get(ONE_TRANSACTION) and not is_changing(session):
        seen: dict[str, Standing] = session.info.setdefault(_SEEN, {})
        seen.setdefault(head.code, _of_version(session, head))


def _by_version(session: Session, code: str) -> Standing:
    return _of_version(session, _head(session, code))


def _of_version(session: Session, head: Head) -> Standing:
    key = (str(session.get_bind().engine.url), head.id, head.version, head.rules_version)
    found = _kept.get(key)
    if found is None:
        # another thread may empty it at any moment: what was found is held, not looked up again
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        found = _kept[key] = _read(session, head)
    return found


def begin_changes(session: Session) -> None:
    """Keep nothing that this session reads from here on: it may yet be rolled back."""
    session.info[_CHANGING] = True


def is_changing(session: Session) -> bool:
    """Whether this session is importing: what it reads may yet be rolled back."""
    return bool(session.info.get(_CHANGING))


def _head(session: Session, code: str) -> Head:
    row = rows(session, _HEAD, {"code": code}).one_or_none() if storable(code) else None
    if row is None:
        raise NotFound()
    return Head._make(row)


HEAD = (
    Facility.id,
    Facility.version,
    Facility.rules_version,
    Facility.settings,
    Facility.code,
    Facility.name,
    Facility.name_zh,
    Facility.zone,
)
"""The columns of a :class:`Head`."""
_HEAD = select(*HEAD).where(Facility.code == bindparam("code"))


def _read(session: Session, head: Head) -> Standing:
    return Standing(
        id=head.id,
        facts=FacilityFacts(head.code, head.name, head.name_zh, head.zone, head.rules_version),
        settings=head.settings,
        resources=_resources(session, head),
        classes=_classes(session, head.id),
        pattern=_pattern(session, head.id),
        templates=active_templates(session, head.id, head.code),
        closures=_closures(session, head.id),
    )


def _closures(session: Session, facility_id: int) -> tuple[tuple[date, date, str, str, str], ...]:
    columns = (Closure.starts_on, Closure.ends_on, Closure.name, Closure.name_zh, Closure.source)
    query = select(*columns).where(Closure.facility_id == facility_id, Closure.state == "active")
    found = session.execute(query.order_by(Closure.starts_on))
    return tuple((row[0], row[1], row[2], row[3], row[4]) for row in found)


def _resources(session: Session, head: Head) -> dict[str, ResourceFacts]:
    query = select(Resource).where(Resource.facility_id == head.id).options(*with_its_places())
    found = session.scalars(query.order_by(Resource.position, Resource.code))
    return {row.code: _facts(row, head.code) for row in found}


def with_its_places() -> list[Any]:
    """Options that load a resource with all that its page and its facts name."""
    return [
        joinedload(Resource.facility),
        joinedload(Resource.air_zone),
        joinedload(Resource.room).joinedload(Resource.air_zone),
    ]


def _facts(row: Resource, facility: str) -> ResourceFacts:
    # Equipment breathes the air of the room that it stands in.
    place = row.air_zone or (row.room.air_zone if row.room is not None else None)
    return ResourceFacts(
        code=row.code,
        facility=facility,
        kind=row.kind,
        name=row.name,
        name_zh=row.name_zh,
        grade=row.grade,
        equipment_kind=row.equipment_kind,
        containment=row.containment,
        capacity=row.capacity,
        air_zone=place.code if place is not None else None,
        room=row.room.code if row.room is not None else None,
        members=tuple(row.members),
        bookable=row.bookable,
        active=row.state == "active",
        unit=row.unit,
    )


def _classes(session: Session, facility_id: int) -> dict[str, ProcessClassFacts]:
    query = select(ProcessClass).where(
        ProcessClass.facility_id == facility_id, ProcessClass.state == "active"
    )
    return {
        row.code: _class_facts(row)
        for row in session.scalars(query.order_by(ProcessClass.position))
    }


def _class_facts(row: ProcessClass) -> ProcessClassFacts:
    return ProcessClassFacts(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        purpose=row.purpose,
        setup_minutes=row.setup_minutes,
        turnaround_minutes=row.turnaround_minutes,
        open_grades=tuple(row.open_grades),
        closed_grades=tuple(row.closed_grades),
        needs_grade_a=row.needs_grade_a,
        live_organism=row.live_organism,
        typical_hours=row.typical_hours,
        campaign_days=row.campaign_days,
    )


def _pattern(session: Session, facility_id: int) -> OpeningPattern:
    found = session.execute(
        select(OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes)
        .where(OpeningHours.facility_id == facility_id)
        .order_by(OpeningHours.weekday, OpeningHours.opens)
    )
    return OpeningPattern(tuple(OpeningSlot(*row) for row in found))
