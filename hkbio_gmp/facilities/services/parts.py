"""Writes the parts of a facility as its file states them: added, changed in place, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import (
    AirZone,
    Closure,
    Facility,
    OpeningHours,
    ProcessClass,
    Resource,
    StepRow,
    TemplateRow,
)
from hkbio_gmp.facilities.rules.document import FacilityDocument, Record
from hkbio_gmp.facilities.rules.sections import DAYS
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.work import Work

_POSITIONS_PER_KIND = 1000


def write(work: Work, facility: Facility, read: FacilityDocument) -> None:
    """Write zones, resources, hours, classes, closures and templates."""
    _write_zones(work, facility, read)
    _write_resources(work, facility, read)
    _write_hours(work, facility, read)
    _write_classes(work, facility, read)
    _write_closures(work, facility, read)
    _write_templates(work, facility, read)


def assign(row: Any, values: Mapping[str, Any]) -> bool:
    """Set what differs; returns whether anything did."""
    # Only what differs is set: the log then shows the change alone, not the whole file.
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _put(work: Work, table: type[Any], facility: Facility, values: Mapping[str, Any]) -> Any:
    query = select(table).where(table.facility_id == facility.id, table.code == values["code"])
    row = work.session.scalar(query)
    if row is None:
        row = table(facility=facility, **values)
        work.session.add(row)
        work.session.flush()
    elif assign(row, values) and hasattr(row, "version"):
        row.version += 1
    return row


def _write_zones(work: Work, facility: Facility, read: FacilityDocument) -> None:
    for position, row in enumerate(read.zones):
        _put(work, AirZone, facility, {**row, "position": position})


def _write_resources(work: Work, facility: Facility, read: FacilityDocument) -> None:
    before = queries.resource_facts(work.session, facility.code)
    zones = _ids(work, AirZone, facility)
    for n, row in enumerate(read.rooms):
        _put(work, Resource, facility, _room(row, n, zones))
    # Equipment stands in rooms, so rooms are written before it.
    rooms = _ids(work, Resource, facility)
    for n, row in enumerate(read.suites):
        _put(work, Resource, facility, _suite(row, n))
    for n, row in enumerate(read.equipment):
        _put(work, Resource, facility, _equipment(row, n, rooms))
    # Bookings hear of a retirement once: from the import that retires, not from each later one.
    gone = [
        row["code"]
        for row in (*read.rooms, *read.suites, *read.equipment)
        if row["state"] == "retired" and row["code"] in before and before[row["code"]].active
    ]
    _tell_retired(work, facility, gone)


def _tell_retired(work: Work, facility: Facility, codes: list[str]) -> None:
    for code in codes:
        reason = work.reason or "retired by the facility's file"
        work.announce(ValidityEnded("resource", code, facility.code, reason, "resource"))


def _ids(work: Work, table: type[Any], facility: Facility) -> dict[str, int]:
    rows = work.session.scalars(select(table).where(table.facility_id == facility.id))
    return {row.code: row.id for row in rows}


def _resource(row: Record, kind: str, position: int) -> Record:
    return {
        "code": row["code"],
        "name": row["name"],
        "name_zh": row["name_zh"],
        "kind": kind,
        "bookable": row["bookable"],
        "demonstration": row["demonstration"],
        "state": row["state"],
        "position": position,
        "members": [],
        "air_zone_id": None,
        "room_id": None,
        "equipment_kind": None,
        "unit": None,
        "grade": None,
        "containment": None,
        "capacity": None,
    }


def _room(row: Record, n: int, zones: Mapping[str, int]) -> Record:
    return {
        **_resource(row, "room", n),
        "air_zone_id": zones[row["zone"]],
        "grade": row["grade"],
        "containment": row["containment"],
        "capacity": row["capacity"],
    }


def _suite(row: Record, n: int) -> Record:
    base = _resource(row, "suite", _POSITIONS_PER_KIND + n)
    return {**base, "members": list(row["rooms"])}


def _equipment(row: Record, n: int, rooms: Mapping[str, int]) -> Record:
    return {
        **_resource(row, "equipment", 2 * _POSITIONS_PER_KIND + n),
        "equipment_kind": row["kind"],
        "unit": row["unit"],
        "grade": row["grade"],
        "room_id": rooms[row["room"]] if row["room"] is not None else None,
    }


def _write_hours(work: Work, facility: Facility, read: FacilityDocument) -> None:
    wanted = {(DAYS.index(row["day"]), row["opens"]): row["closes"] for row in read.hours}
    for row in queries.list_opening_hours(work.session, facility.code):
        closes = wanted.pop((row.weekday, row.opens), None)
        if closes is None:
            # Hours have no code that others could name; the log keeps what was.
            work.session.delete(row)
        else:
            assign(row, {"closes": closes})
    for (weekday, opens), closes in sorted(wanted.items()):
        work.session.add(
            OpeningHours(facility=facility, weekday=weekday, opens=opens, closes=closes)
        )
    work.session.flush()


def _write_classes(work: Work, facility: Facility, read: FacilityDocument) -> None:
    for position, row in enumerate(read.classes):
        lists = {name: list(row[name]) for name in ("open_grades", "closed_grades")}
        _put(work, ProcessClass, facility, {**row, **lists, "position": position})


def _write_closures(work: Work, facility: Facility, read: FacilityDocument) -> None:
    for row in read.closures:
        values = {k: v for k, v in row.items() if k not in {"first", "last"}}
        values |= {"starts_on": row["first"], "ends_on": row["last"]}
        _put(work, Closure, facility, values)


def _write_templates(work: Work, facility: Facility, read: FacilityDocument) -> None:
    for position, row in enumerate(read.templates):
        values = {name: row[name] for name in ("code", "name", "name_zh", "source", "state")}
        values |= {"process_class": row["class"], "position": position}
        template = _put(work, TemplateRow, facility, values)
        if write_steps(template, [s for s in read.steps if s["template"] == row["code"]]):
            template.version += 1
    work.session.flush()


def write_steps(template: TemplateRow, rows: Sequence[Record]) -> bool:
    """Make a template's steps these, in order; returns whether a known template was changed."""
    known = {step.number: step for step in template.steps}
    changed, is_new = False, not known
    for number, row in enumerate(rows, 1):
        values = {**row, "equipment": list(row["equipment"]), "state": "active"}
        values.pop("template", None)
        step = known.pop(number, None)
        if step is None:
            template.steps.append(StepRow(number=number, **values))
            changed |= not is_new
        elif assign(step, values):
            changed = True
    for left in known.values():
        changed |= assign(left, {"state": "retired"})
    return changed
