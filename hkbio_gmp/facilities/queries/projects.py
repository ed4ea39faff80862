"""Projects and batches, always scoped to who asks."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.facilities.models import Batch, Facility, ProcessClass, Project
from hkbio_gmp.facilities.queries.standing import HEAD, Head, keep_head
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.work import rows

T = TypeVar("T")

READ = "facilities:project:read"
PROPOSE = "facilities:project:propose"
ACCEPT = "facilities:project:accept"
CLOSE = "facilities:project:close"
BATCH_READ = "facilities:batch:read"
REGISTER = "facilities:batch:register"


class ProjectLine(NamedTuple):
    """A project and where it is at home, with the batch that was asked for, if it is its own."""

    id: int
    code: str
    status: str
    open_processing: bool
    facility_id: int
    facility: str
    zone: str
    organisation_id: int
    organisation: str
    process_class: str
    batch_id: int | None
    batch: str | None
    batch_autologous: bool | None
    vector: str | None = None
    infectious: bool = False


def find_project_line(
    session: Session, code: str, batch: str | None = None, *, locked: str | None = None
) -> ProjectLine | None:
    """The project whoever asks: for services that check the scope themselves.

    ``locked`` is a facility that the unit of work holds: where it is the project's, what stands
    there is known from here on.
    """
    if not storable(code):
        return None
    wanted = {"code": code, "batch": batch if batch and storable(batch) else None}
    row = rows(session, _LINE, wanted).one_or_none()
    if row is None:
        return None
    head = Head._make(row[-len(Head._fields) :])
    if head.code == locked:
        keep_head(session, head)
    return ProjectLine._make(row[: -len(Head._fields)])


def line_of(project: Project, batch: Batch | None, process_class: str) -> ProjectLine:
    """What is known of a loaded project, with one of its batches and what is made of it."""
    return ProjectLine(
        project.id,
        project.code,
        project.status,
        project.open_processing,
        project.facility_id,
        project.facility.code,
        project.facility.zone,
        project.organisation_id,
        project.organisation.code,
        process_class,
        batch.id if batch else None,
        batch.code if batch else None,
        batch.autologous if batch else None,
        project.vector,
        project.infectious,
    )


_LINE = (
    select(
        Project.id,
        Project.code,
        Project.status,
        Project.open_processing,
        Project.facility_id,
        Facility.code,
        Facility.zone,
        Project.organisation_id,
        Organisation.code,
        ProcessClass.code,
        Batch.id,
        Batch.code,
        Batch.autologous,
        Project.vector,
        Project.infectious,
        *HEAD,
    )
    .join(Facility, Project.facility_id == Facility.id)
    .join(Organisation, Project.organisation_id == Organisation.id)
    .join(ProcessClass, Project.process_class_id == ProcessClass.id)
    .outerjoin(Batch, and_(Batch.project_id == Project.id, Batch.code == bindparam("batch")))
    .where(Project.code == bindparam("code"))
)


def find_project(session: Session, code: str) -> Project | None:
    """The project whoever asks: for services that have checked the scope."""
    return session.scalar(_project_by_code(), {"code": code}) if storable(code) else None


@lru_cache(maxsize=1)
def _project_by_code() -> Select[Project]:
    return _projects().where(Project.code == bindparam("code"))


def get_project(session: Session, principal: Principal, code: str) -> Project:
    """The project. Raises NotFound where it is absent or out of scope, alike."""
    query = _scoped(_projects(), principal, READ).where(Project.code == code)
    row = session.scalar(query) if storable(code) else None
    if row is None:
        raise NotFound()
    return row


def list_projects(
    session: Session,
    principal: Principal,
    *,
    facility: str | None = None,
    organisation: str | None = None,
    status: str | None = None,
) -> list[Project]:
    """Projects within the person's scope, by code: proposals first."""
    if not storable(facility, organisation, status):
        return []
    query = _scoped(_projects(), principal, READ)
    wanted = [
        (Facility.code, facility),
        (Organisation.code, organisation),
        (Project.status, status),
    ]
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return list(session.scalars(query.order_by(Project.status != "proposed", Project.code)))


def find_batch(session: Session, code: str) -> Batch | None:
    """The batch whoever asks: for services that have checked the scope, and have its project."""
    return session.scalar(_batch_by_code(), {"code": code}) if storable(code) else None


@lru_cache(maxsize=1)
def _batch_by_code() -> Select[Batch]:
    return select(Batch).where(Batch.code == bindparam("code"))


def get_batch(session: Session, principal: Principal, code: str) -> Batch:
    """The batch. Raises NotFound where it is absent or out of scope, alike."""
    query = _scoped(_batches(), principal, BATCH_READ).where(Batch.code == code)
    row = session.scalar(query) if storable(code) else None
    if row is None:
        raise NotFound()
    return row


def list_batches(
    session: Session, principal: Principal, *, project: str | None = None
) -> list[Batch]:
    """Batches within the person's scope, by code."""
    if not storable(project):
        return []
    query = _scoped(_batches(), principal, BATCH_READ)
    if project is not None:
        query = query.where(Project.code == project)
    return list(session.scalars(query.order_by(Batch.code)))


def _projects() -> Select[Project]:
    return (
        select(Project)
        .join(Project.facility)
        .join(Project.organisation)
        .options(
            joinedload(Project.facility),
            joinedload(Project.organisation),
            joinedload(Project.process_class),
        )
    )


def _batches() -> Select[Batch]:
    return (
        select(Batch)
        .join(Batch.project)
        .join(Project.facility)
        .join(Project.organisation)
        .options(
            joinedload(Batch.project).joinedload(Project.facility),
            joinedload(Batch.project).joinedload(Project.organisation),
            joinedload(Batch.project).joinedload(Project.process_class),
        )
    )


def _scoped(query: Select[T], principal: Principal, permission: str) -> Select[T]:
    # None means everywhere; an empty set means nowhere, and must never read as everywhere.
    facilities = principal.facilities(permission)
    organisations = principal.organisations(permission)
    if facilities is None or organisations is None:
        return query
    reach = [
        Facility.code.in_(sorted(facilities)) if facilities else false(),
        Organisation.code.in_(sorted(organisations)) if organisations else false(),
    ]
    return query.where(or_(*reach))
