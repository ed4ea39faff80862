"""Bookings as lists show them: plain values by three statements, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Executable, bindparam, select
from sqlalchemy.orm import Session, object_session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState, shown_status
from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingOperator,
    BookingSession,
    MoveProposal,
)
from hkbio_gmp.booking.models_waitlist import WaitlistEntry
from hkbio_gmp.booking.queries.bookings import (
    WORKED_OUT,
    BookingFilter,
    narrowed,
    scoped,
    status_of,
)
from hkbio_gmp.facilities.models import Batch, Facility, Project
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.kernel.protocols import Principal


class SessionLine(NamedTuple):
    """One session. ``resources`` and occupancy are what it has now, not what a move proposes."""

    number: int
    starts: datetime
    ends: datetime
    attended: bool
    state: str
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    resources: tuple[str, ...]
    occupied_from: datetime
    occupied_until: datetime


class MoveLine(NamedTuple):
    """A move that waits for its decision."""

    resources: str
    starts: datetime
    ends: datetime
    side: str
    reason: str


class WaitLine(NamedTuple):
    """What a waiting booking would take: a start between two instants (UTC), in which rooms."""

    earliest: datetime
    latest: datetime
    any_room: bool


class BookingLine(NamedTuple):
    """One booking with its sessions. Instants in UTC."""

    id: int
    reference: str
    facility: str
    organisation: str
    project: str
    batch: str | None
    process_class: str
    status: str
    note: str
    hold_until: datetime | None
    version: int
    template: str | None
    urgent: bool
    operators: tuple[str, ...]
    sessions: tuple[SessionLine, ...]
    move: MoveLine | None
    waits: WaitLine | None = None

    @property
    def resources(self) -> list[str]:
        """The codes of its resources, each once, in order."""
        return list(dict.fromkeys(code for one in self.sessions for code in one.resources))


def list_lines(session: Session, principal: Principal, wanted: BookingFilter) -> list[BookingLine]:
    """Bookings within reach, newest first; one more than ``limit`` tells that there are more."""
    found: list[BookingLine] = []
    size, after = wanted.limit + 1, wanted.after
    while True:
        batch = _batch(session, principal, replace(wanted, after=after), size)
        # A status worked out from sessions narrows after the read: read on until enough is found.
        by_status = wanted.status in WORKED_OUT
        found += [line for line in batch if not by_status or line.status == wanted.status]
        if len(batch) < size or len(found) >= size:
            return found[:size]
        after = batch[-1].id


def line_of(booking: Booking) -> BookingLine:
    """The same of one loaded record."""
    return BookingLine(
        id=booking.id,
        reference=booking.reference,
        facility=booking.facility.code,
        organisation=booking.organisation.code,
        project=booking.project.code,
        batch=booking.batch.code if booking.batch else None,
        process_class=booking.process_class,
        status=status_of(booking),
        note=booking.note,
        hold_until=booking.hold_until,
        version=booking.version,
        template=booking.template,
        urgent=booking.urgent,
        operators=tuple(one.person.email for one in booking.operators if one.active),
        sessions=tuple(_session_of(one) for one in booking.sessions),
        move=_move_of(booking),
        waits=_waits_of(booking),
    )


def _move_of(booking: Booking) -> MoveLine | None:
    for one in booking.proposals:
        if one.state == "open":
            return MoveLine(one.resources, one.starts, one.ends, one.side, one.reason)
    return None


def _waits_of(booking: Booking) -> WaitLine | None:
    session = object_session(booking)
    if booking.status != BookingState.WAITLISTED or session is None:
        return None
    return _waits_by_booking(session, [booking.id]).get(booking.id)


def with_waits(session: Session, lines: Sequence[BookingLine]) -> list[BookingLine]:
    """The same lines; those that wait say for what."""
    waiting = [line.id for line in lines if line.status == BookingState.WAITLISTED]
    found = _waits_by_booking(session, waiting) if waiting else {}
    return [line._replace(waits=found[line.id]) if line.id in found else line for line in lines]


def _waits_by_booking(session: Session, bookings: Sequence[int]) -> dict[int, WaitLine]:
    found = session.execute(_WAITS, {"keys": list(bookings)})
    return {row[0]: WaitLine(*row[1:]) for row in found}


_WAITS = select(
    WaitlistEntry.booking_id,
    WaitlistEntry.earliest,
    WaitlistEntry.latest,
    WaitlistEntry.any_room,
).where(WaitlistEntry.booking_id.in_(bindparam("keys", expanding=True)))


def _session_of(row: BookingSession) -> SessionLine:
    own = [use for use in row.allocations if use.proposal_id is None]
    return SessionLine(
        number=row.number,
        starts=row.starts,
        ends=row.ends,
        attended=row.attended,
        state=row.state,
        checked_in_at=row.checked_in_at,
        checked_out_at=row.checked_out_at,
        resources=tuple(use.resource for use in own),
        occupied_from=min(use.occupied_from for use in own),
        occupied_until=max(use.occupied_until for use in own),
    )


def _batch(
    session: Session, principal: Principal, wanted: BookingFilter, size: int
) -> list[BookingLine]:
    heads = narrowed(scoped(_heads(wanted), principal), wanted).order_by(Booking.id.desc())
    # Past the ORM's own row processing, which takes longer than the query does.
    connection = session.connection()
    rows = connection.execute(_with_uses(heads.limit(size).subquery())).all()
    found = [list(uses) for _key, uses in groupby(rows, itemgetter(0))]
    keys = [uses[0][0] for uses in found]
    if not keys:
        return []
    operators = _by_booking(connection, _OPERATORS, keys)
    moves = _by_booking(connection, _MOVES, keys)
    return [_line(uses, operators.get(uses[0][0], ()), moves.get(uses[0][0])) for uses in found]


def _heads(wanted: BookingFilter) -> Any:
    # Where allocations decide, a plain column would let SQLite read all of a facility's or an
    # organisation's bookings first, by their index.
    home, owner = Booking.facility_id.expression, Booking.organisation_id.expression
    if wanted.is_narrow:
        home, owner = home + 0, owner + 0
    return (
        select(
            Booking.id,
            Booking.reference,
            Facility.code.label("facility"),
            Organisation.code.label("organisation"),
            Project.code.label("project"),
            Batch.code.label("batch"),
            Booking.process_class,
            Booking.status,
            Booking.note,
            Booking.hold_until,
            Booking.version,
            Booking.template,
            Booking.urgent,
        )
        .join(Facility, home == Facility.id)
        .join(Organisation, owner == Organisation.id)
        .join(Project, Booking.project_id == Project.id)
        .outerjoin(Batch, Booking.batch_id == Batch.id)
    )


def _with_uses(heads: Any) -> Executable:
    """A row for each resource of each session of the bookings; ``_HEAD`` columns come first."""
    return (
        select(
            heads,
            BookingSession.number,
            BookingSession.starts,
            BookingSession.ends,
            BookingSession.attended,
            BookingSession.state,
            BookingSession.checked_in_at,
            BookingSession.checked_out_at,
            Allocation.resource,
            Allocation.occupied_from,
            Allocation.occupied_until,
        )
        .join(BookingSession, BookingSession.booking_id == heads.c.id)
        .join(Allocation, Allocation.session_id == BookingSession.id)
        .where(Allocation.proposal_id.is_(None))
        .order_by(heads.c.id.desc(), BookingSession.number, Allocation.id)
    )


def _by_booking(
    connection: Connection, query: Executable, keys: Sequence[int]
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, *values in connection.execute(query, {"keys": keys}):
        found.setdefault(key, []).append(values)
    return found


_KEYS: BindParameter[int] = bindparam("keys", expanding=True)
_OPERATORS = (
    select(BookingOperator.booking_id, Person.email)
    .join(Person, BookingOperator.person_id == Person.id)
    .where(BookingOperator.booking_id.in_(_KEYS), BookingOperator.active.is_(True))
    .order_by(BookingOperator.id)
)
_MOVES = (
    select(
        MoveProposal.booking_id,
        MoveProposal.resources,
        MoveProposal.starts,
        MoveProposal.ends,
        MoveProposal.side,
        MoveProposal.reason,
    )
    .where(MoveProposal.booking_id.in_(_KEYS), MoveProposal.state == "open")
    .order_by(MoveProposal.id)
)


def _line(uses: list[Any], operators: Sequence[Any], moves: list[Any] | None) -> BookingLine:
    head, sessions = uses[0][:_HEAD], _session_lines(uses)
    status = _status(head[_STATUS], tuple(one.state for one in sessions))
    emails = tuple(email for (email,) in operators)
    move = MoveLine(*moves[0]) if moves else None
    return BookingLine._make(
        (*head[:_STATUS], status, *head[_STATUS + 1 :], emails, sessions, move, None)
    )


@lru_cache(maxsize=1024)
def _status(stored: str, states: tuple[str, ...]) -> str:
    return str(shown_status(BookingState(stored), [SessionState(state) for state in states]))


def _session_lines(uses: list[Any]) -> tuple[SessionLine, ...]:
    if len(uses) == 1:
        return (_session_line(uses),)
    return tuple(_session_line(list(same)) for _number, same in groupby(uses, itemgetter(_HEAD)))


def _session_line(uses: list[Any]) -> SessionLine:
    if len(uses) == 1:
        *own, resource, occupied_from, occupied_until = uses[0][_HEAD:]
        return SessionLine._make((*own, (resource,), occupied_from, occupied_until))
    own = uses[0][_HEAD:-3]
    resources, starts, ends = zip(*(use[-3:] for use in uses), strict=True)
    return SessionLine._make((*own, resources, min(starts), max(ends)))


_HEAD = 13
_STATUS = BookingLine._fields.index("status")
