"""Bookings as lists show them: plain values by four statements, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState, SessionState, shown_status
from hkbio_gmp.booking.models import (
    Allocation,
    Booking,
    BookingOperator,
    BookingSession,
    MoveProposal,
)
from hkbio_gmp.booking.queries.bookings import WORKED_OUT, BookingFilter, narrowed, scoped
from hkbio_gmp.facilities.models import Batch, Facility, Project
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.kernel.protocols import Principal

Rows = dict[int, list[Any]]


@dataclass(frozen=True, slots=True)
class SessionLine:
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


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A move that waits for its decision."""

    resources: str
    starts: datetime
    ends: datetime
    side: str
    reason: str


@dataclass(frozen=True, slots=True)
class BookingLine:
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
    operators: tuple[str, ...]
    sessions: tuple[SessionLine, ...]
    move: MoveLine | None

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


def _batch(
    session: Session, principal: Principal, wanted: BookingFilter, size: int
) -> list[BookingLine]:
    query = (
        narrowed(scoped(_heads(wanted), principal), wanted).order_by(Booking.id.desc()).limit(size)
    )
    heads = session.execute(query).all()
    keys = [head.id for head in heads]
    if not keys:
        return []
    sessions, operators, moves = (_by_booking(session, query(keys)) for query in _PARTS)
    return [_line(head, sessions[head.id], operators[head.id], moves[head.id]) for head in heads]


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
        )
        .join(Facility, home == Facility.id)
        .join(Organisation, owner == Organisation.id)
        .join(Project, Booking.project_id == Project.id)
        .outerjoin(Batch, Booking.batch_id == Batch.id)
    )


def _by_booking(session: Session, query: Executable) -> Rows:
    found: Rows = defaultdict(list)
    for row in session.execute(query):
        found[row.booking_id].append(row)
    return found


def _sessions(keys: Sequence[int]) -> Executable:
    """A row for each resource of each session."""
    return (
        select(
            BookingSession.booking_id,
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
        .join(Allocation, Allocation.session_id == BookingSession.id)
        .where(BookingSession.booking_id.in_(keys), Allocation.proposal_id.is_(None))
        .order_by(BookingSession.booking_id, BookingSession.number, Allocation.id)
    )


def _operators(keys: Sequence[int]) -> Executable:
    return (
        select(BookingOperator.booking_id, Person.email)
        .join(Person, BookingOperator.person_id == Person.id)
        .where(BookingOperator.booking_id.in_(keys), BookingOperator.active.is_(True))
        .order_by(BookingOperator.id)
    )


def _moves(keys: Sequence[int]) -> Executable:
    return (
        select(
            MoveProposal.booking_id,
            MoveProposal.resources,
            MoveProposal.starts,
            MoveProposal.ends,
            MoveProposal.side,
            MoveProposal.reason,
        )
        .where(MoveProposal.booking_id.in_(keys), MoveProposal.state == "open")
        .order_by(MoveProposal.id)
    )


_PARTS = (_sessions, _operators, _moves)


def _line(head: Any, rows: list[Any], operators: list[Any], moves: list[Any]) -> BookingLine:
    sessions = _session_lines(rows)
    states = [SessionState(one.state) for one in sessions]
    said = dict(head._mapping)
    said["status"] = shown_status(BookingState(head.status), states)
    return BookingLine(
        **said,
        operators=tuple(row.email for row in operators),
        sessions=sessions,
        move=MoveLine(*moves[0][1:]) if moves else None,
    )


def _session_lines(rows: list[Any]) -> tuple[SessionLine, ...]:
    by_number: dict[int, list[Any]] = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    return tuple(_session_line(uses) for uses in by_number.values())


def _session_line(uses: list[Any]) -> SessionLine:
    first = uses[0]
    return SessionLine(
        number=first.number,
        starts=first.starts,
        ends=first.ends,
        attended=first.attended,
        state=first.state,
        checked_in_at=first.checked_in_at,
        checked_out_at=first.checked_out_at,
        resources=tuple(use.resource for use in uses),
        occupied_from=min(use.occupied_from for use in uses),
        occupied_until=max(use.occupied_until for use in uses),
    )
