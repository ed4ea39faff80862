"""Facilities and their resources. They are a catalogue: everybody who signs in may read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.facilities.models import AirZone, Facility, ProcessClass, Resource
from hkbio_gmp.facilities.queries.standing import standing, with_its_places
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ResourceFacts
from hkbio_gmp.kernel.errors import NotFound

READ = "facilities:facility:read"
EDIT = "facilities:facility:edit"


def find_facility(session: Session, code: str) -> Facility | None:
    """The facility, or None."""
    if not storable(code):
        return None
    return session.scalar(select(Facility).where(Facility.code == code))


def get_facility(session: Session, code: str) -> Facility:
    """The facility. Raises NotFound."""
    facility = find_facility(session, code)
    if facility is None:
        raise NotFound()
    return facility


def list_facilities(session: Session) -> list[Facility]:
    """All facilities by code."""
    return list(session.scalars(select(Facility).order_by(Facility.code)))


def facility_facts(session: Session, code: str) -> FacilityFacts:
    """What rules need of a facility. Raises NotFound."""
    return standing(session, code).facts


def get_resource(session: Session, code: str) -> Resource:
    """The resource with its facility, air zone and room; also a retired one. Raises NotFound."""
    query = select(Resource).where(Resource.code == code).options(*with_its_places())
    row = session.scalar(query) if storable(code) else None
    if row is None:
        raise NotFound()
    return row


def list_resources(
    session: Session,
    facility: str | None = None,
    kind: str | None = None,
    grade: str | None = None,
    *,
    bookable: bool | None = None,
    retired: bool = False,
) -> list[Resource]:
    """Resources in the order of their facility's file, narrowed; retired ones only if asked."""
    if not storable(facility, kind, grade):
        return []
    query = select(Resource).join(Resource.facility).options(*with_its_places())
    wanted = [
        (Facility.code, facility),
        (Resource.kind, kind),
        (Resource.grade, grade),
        (Resource.bookable, bookable),
        (Resource.state, None if retired else "active"),
    ]
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return list(session.scalars(query.order_by(Facility.code, Resource.position, Resource.code)))


def list_equipment_in(session: Session, room: Resource) -> list[Resource]:
    """Active equipment that stands in ``room``."""
    query = select(Resource).where(Resource.room_id == room.id, Resource.state == "active")
    query = query.options(*with_its_places())
    return list(session.scalars(query.order_by(Resource.position, Resource.code)))


def list_air_zones(session: Session, facility: str) -> list[AirZone]:
    """Active air zones of a facility, in the order of its file."""
    query = select(AirZone).join(AirZone.facility).where(Facility.code == facility)
    rows = query.where(AirZone.state == "active").order_by(AirZone.position, AirZone.code)
    return list(session.scalars(rows))


def list_process_classes(session: Session, facility: str | None = None) -> list[ProcessClass]:
    """Active process classes, of one facility or of all."""
    if not storable(facility):
        return []
    query = select(ProcessClass).join(ProcessClass.facility)
    query = query.options(joinedload(ProcessClass.facility))
    if facility is not None:
        query = query.where(Facility.code == facility)
    query = query.where(ProcessClass.state == "active")
    return list(session.scalars(query.order_by(Facility.code, ProcessClass.position)))


def resource_facts(session: Session, facility: str) -> Mapping[str, ResourceFacts]:
    """Code → facts of a facility's resources, retired ones too; none where it is absent."""
    try:
        return standing(session, facility).resources
    except NotFound:
        return {}


def resource_kinds(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Code → kind of the resources named, at whatever facility; retired ones too."""
    known = {code for code in codes if storable(code)}
    rows = session.execute(select(Resource.code, Resource.kind).where(Resource.code.in_(known)))
    return {row.code: row.kind for row in rows}
