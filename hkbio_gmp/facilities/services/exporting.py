"""Exports a facility as the file that would import it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import (
    AirZone,
    Closure,
    Facility,
    OpeningHours,
    ProcessClass,
    Resource,
    TemplateRow,
)
from hkbio_gmp.facilities.rules import document
from hkbio_gmp.facilities.rules.document import FacilityDocument, Record
from hkbio_gmp.facilities.rules.sections import DAYS, REPEATED, SINGLE
from hkbio_gmp.facilities.rules.shape import Field


def export_facility(session: Session, code: str) -> str:
    """The facility as TOML, retired parts included; the same state gives the same bytes.

    Raises NotFound.
    """
    facility = queries.get_facility(session, code)
    return document.write(_document(session, facility))


def _setting(facility: Facility, field: Field) -> Any:
    """A setting as a file states it; one that the facility never stated is the default."""
    value = facility.settings.get(field.name, field.default)
    return tuple(value) if isinstance(value, list) else value


def _document(session: Session, facility: Facility) -> FacilityDocument:
    rules = queries.list_rule_sets(session, facility.code)
    resources = _resources(session, facility)
    return FacilityDocument(
        facility=_record(SINGLE["facility"], facility),
        settings={field.name: _setting(facility, field) for field in SINGLE["settings"]},
        facts=[
            {name: fact[name] for name in ("text", "text_zh", "source")} for fact in facility.facts
        ],
        hours=[_hours(row) for row in queries.list_opening_hours(session, facility.code)],
        zones=[_record(REPEATED["zones"], row) for row in _rows(session, AirZone, facility)],
        rooms=[_room(row) for row in resources if row.kind == "room"],
        suites=[_suite(row) for row in resources if row.kind == "suite"],
        equipment=[_equipment(row) for row in resources if row.kind == "equipment"],
        classes=[
            _record(REPEATED["classes"], row) for row in _rows(session, ProcessClass, facility)
        ],
        changeover=_stated("changeover", rules[0].changeover if rules else []),
        segregation=_stated("segregation", rules[0].segregation if rules else []),
        closures=_closures(session, facility),
        templates=[
            _record(REPEATED["templates"], row, **{"class": row.process_class})
            for row in _rows(session, TemplateRow, facility)
        ],
        steps=[
            _record(REPEATED["steps"], step, template=row.code)
            for row in _rows(session, TemplateRow, facility)
            for step in row.active_steps
        ],
    )


def _record(fields: Any, row: Any, **given: Any) -> Record:
    return {f.name: given[f.name] if f.name in given else getattr(row, f.name) for f in fields}


def _stated(section: str, rows: list[dict[str, Any]]) -> list[Record]:
    # PostgreSQL's and SQLite's JSON keep no promise about the order of keys.
    fields = REPEATED[section]
    return [{f.name: row.get(f.name, f.default) for f in fields} for row in rows]


def _rows(session: Session, table: type[Any], facility: Facility) -> list[Any]:
    query = select(table).where(table.facility_id == facility.id)
    return list(session.scalars(query.order_by(table.position, table.code)))


def _resources(session: Session, facility: Facility) -> list[Resource]:
    query = (
        select(Resource)
        .where(Resource.facility_id == facility.id)
        .options(joinedload(Resource.air_zone), joinedload(Resource.room))
        .order_by(Resource.position, Resource.code)
    )
    return list(session.scalars(query))


def _hours(row: OpeningHours) -> Record:
    return {"day": DAYS[row.weekday], "opens": row.opens, "closes": row.closes}


def _room(row: Resource) -> Record:
    zone = row.air_zone.code if row.air_zone is not None else None
    return _record(REPEATED["rooms"], row, zone=zone)


def _suite(row: Resource) -> Record:
    return _record(REPEATED["suites"], row, rooms=row.members)


def _equipment(row: Resource) -> Record:
    room = row.room.code if row.room is not None else None
    return _record(REPEATED["equipment"], row, kind=row.equipment_kind, room=room)


def _closures(session: Session, facility: Facility) -> list[Record]:
    rows = session.scalars(select(Closure).where(Closure.facility_id == facility.id))
    # Sorted here: the same state gives the same bytes whatever order the database answers in.
    records = [
        _record(REPEATED["closures"], row, first=row.starts_on, last=row.ends_on) for row in rows
    ]
    return sorted(records, key=document.closure_key)
