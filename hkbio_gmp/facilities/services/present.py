"""Whether a facility file fits what the database holds already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import (
    AirZone,
    Closure,
    Facility,
    ProcessClass,
    Resource,
    TemplateRow,
)
from hkbio_gmp.facilities.rules.document import FacilityDocument, Record, resources
from hkbio_gmp.facilities.rules.shape import Problems
from hkbio_gmp.kernel.messages import Message

_KIND = {"rooms": "room", "suites": "suite", "equipment": "equipment"}
_Places = list[tuple[str, int, Record]]


def check(session: Session, read: FacilityDocument, problems: Problems) -> None:
    """Report what the file leaves out, gives another kind, or takes from another facility."""
    facility = queries.find_facility(session, read.code)
    _check_kinds(session, read, problems)
    sections: list[tuple[type[Any], str, _Places]] = [
        (AirZone, "zones", _numbered("zones", read.zones)),
        (Resource, "rooms", resources(read)),
        (ProcessClass, "classes", _numbered("classes", read.classes)),
        (Closure, "closures", _numbered("closures", read.closures)),
        (TemplateRow, "templates", _numbered("templates", read.templates)),
    ]
    for table, section, rows in sections:
        if facility is not None:
            _check_left_out(_active(session, table, facility), section, rows, problems)


def _numbered(section: str, rows: Iterable[Record]) -> _Places:
    return [(section, n, row) for n, row in enumerate(rows)]


def _active(session: Session, table: type[Any], facility: Facility) -> list[str]:
    query = select(table.code).where(table.facility_id == facility.id, table.state == "active")
    return list(session.scalars(query.order_by(table.code)))


def _check_left_out(known: Iterable[str], section: str, rows: _Places, problems: Problems) -> None:
    # A thing left out may be a slip of the pen; only a written word retires it.
    named = {row["code"] for _section, _n, row in rows}
    for code in known:
        if code not in named:
            problems.add(
                (section,),
                Message("{code} is in use and the file leaves it out.", code=code),
                Message(
                    "Add it; where it is no longer used, keep its entry with state = “retired”."
                ),
            )


def _check_kinds(session: Session, read: FacilityDocument, problems: Problems) -> None:
    rows = resources(read)
    known = queries.resource_kinds(session, [row["code"] for _s, _n, row in rows])
    for section, n, row in rows:
        before = known.get(row["code"])
        if before is not None and before != _KIND[section]:
            problems.add(
                (section, n, "code"),
                Message("{code} is known as {kind}.", code=row["code"], kind=before),
                Message("Keep its kind, or give the new thing a code of its own."),
            )
