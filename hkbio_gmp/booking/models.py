"""Tables of booking: "time that cannot be sold twice"."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.extensions import Base
from hkbio_gmp.facilities.models import Batch, Facility, Project
from hkbio_gmp.identity.models import Organisation, Person
from hkbio_gmp.work import Audited, Subject

RESTRICT = "RESTRICT"


class Booking(Audited, Base):
    """A request for resources over a slot, by one organisation, for one project and batch."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'requested', 'approved', 'rejected', 'cancelled', 'expired',"
            " 'waitlisted')",
            name="status",
        ),
        Index("ix_booking_organisation", "organisation_id", "id"),
        Index("ix_booking_facility_status", "facility_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete=RESTRICT))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete=RESTRICT))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete=RESTRICT))
    process_class: Mapped[str]
    # the code of the process template that filled it in, where one did
    template: Mapped[str | None]
    status: Mapped[str]
    note: Mapped[str]
    requested_by: Mapped[str]
    requested_by_name: Mapped[str]
    requested_at: Mapped[datetime | None]
    # until when a request, or an offer to one that waits, holds its slot
    hold_until: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    # the stage of approval that comes next; none says the manager's
    waiting_for: Mapped[str | None]
    urgent: Mapped[bool]
    # Until when quality countersigns what the manager approved alone; empty once it is signed.
    countersign_by: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int]

    facility: Mapped[Facility] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    project: Mapped[Project] = relationship(lazy="joined")
    batch: Mapped[Batch | None] = relationship(lazy="joined")
    sessions: Mapped[list[BookingSession]] = relationship(
        back_populates="booking", order_by="BookingSession.number", lazy="selectin"
    )
    operators: Mapped[list[BookingOperator]] = relationship(
        back_populates="booking", order_by="BookingOperator.id", lazy="selectin"
    )
    proposals: Mapped[list[MoveProposal]] = relationship(
        back_populates="booking", order_by="MoveProposal.id", lazy="selectin"
    )
    approvals: Mapped[list[BookingApproval]] = relationship(
        back_populates="booking", order_by="BookingApproval.id", lazy="select"
    )

    def audit_subject(self) -> Subject:
        """The booking, in its facility's log, belonging to its organisation."""
        home = self.facility
        return Subject("booking", self.reference, home.code, home.zone, self.organisation.code)


class PartOfBooking(Audited):
    """Mixin of rows that belong to a booking's record."""

    booking: Mapped[Booking]

    def audit_subject(self) -> Subject:
        """The booking that the row is a part of."""
        return self.booking.audit_subject()


class BookingSession(PartOfBooking, Base):
    """One stretch of a booking: planned times, and the actual ones, which are facts."""

    __tablename__ = "booking_session"
    __table_args__ = (
        UniqueConstraint("booking_id", "number"),
        Index("ix_booking_session_starts", "starts"),
        Index("ix_booking_session_ends", "ends"),
        CheckConstraint("starts < ends", name="order"),
        CheckConstraint(
            "state IN ('planned', 'in_use', 'cleaning', 'cleared', 'no_show', 'aborted')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    number: Mapped[int]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    attended: Mapped[bool]
    state: Mapped[str]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[str | None]
    checked_out_at: Mapped[datetime | None]
    clearance_by: Mapped[str | None]

    booking: Mapped[Booking] = relationship(back_populates="sessions")
    allocations: Mapped[list[Allocation]] = relationship(
        back_populates="session", order_by="Allocation.id", lazy="selectin"
    )

    @property
    def audit_code(self) -> str:
        """The booking's reference and the session's number."""
        return f"{self.booking.reference}/{self.number}"


class BookingOperator(PartOfBooking, Base):
    """A person named as operator; a name withdrawn is kept, no longer active."""

    __tablename__ = "booking_operator"
    __table_args__ = (UniqueConstraint("booking_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    active: Mapped[bool]

    booking: Mapped[Booking] = relationship(back_populates="operators")
    person: Mapped[Person] = relationship(lazy="joined")


class BookingApproval(PartOfBooking, Base):
    """A signed approval of one stage, and the warnings that it passed as they read then."""

    __tablename__ = "booking_approval"
    __table_args__ = (
        CheckConstraint("stage IN ('manager', 'quality', 'countersign')", name="stage"),
        CheckConstraint("state IN ('given', 'void')", name="state"),
        Index("ix_booking_approval_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    stage: Mapped[str]
    state: Mapped[str]
    approved_by: Mapped[str]
    approved_by_name: Mapped[str]
    approved_at: Mapped[datetime]
    reason: Mapped[str | None]
    signature: Mapped[str]
    signed_version: Mapped[int]
    passed: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    booking: Mapped[Booking] = relationship(back_populates="approvals")


class MoveProposal(PartOfBooking, Base):
    """A move of an approved booking that the other side decides; its slot is held meanwhile."""

    __tablename__ = "move_proposal"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')", name="state"
        ),
        CheckConstraint("side IN ('organisation', 'facility')", name="side"),
        CheckConstraint("starts < ends", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    number: Mapped[int]
    side: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    resources: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    plan: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship(back_populates="proposals")

    @property
    def audit_code(self) -> str:
        """The booking's reference and the proposal's number."""
        return f"{self.booking.reference}/move-{self.number}"


class Allocation(Audited, Base):
    """One calendar taken for one session. While it ``holds``, nothing may overlap it.

    Enforced by an exclusion constraint or trigger, the changeover by a trigger, on both databases.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint(
            "occupied_from <= starts AND starts < ends AND ends <= occupied_until", name="order"
        ),
        Index("ix_allocation_calendar", "calendar_id", "occupied_from"),
        Index("ix_allocation_period", "facility_id", "occupied_from", "occupied_until"),
        Index("ix_allocation_made", "facility_id", "process_class", "ends"),
        Index("ix_allocation_session", "session_id"),
        Index("ix_allocation_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("booking_session.id", ondelete=RESTRICT))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    proposal_id: Mapped[int | None] = mapped_column(
        ForeignKey("move_proposal.id", ondelete=RESTRICT)
    )
    calendar_id: Mapped[int] = mapped_column()
    resource: Mapped[str]
    process_class: Mapped[str]
    series: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    occupied_from: Mapped[datetime]
    occupied_until: Mapped[datetime]
    holds: Mapped[bool]
    rules_version: Mapped[int]

    session: Mapped[BookingSession] = relationship(back_populates="allocations")
    booking: Mapped[Booking] = relationship()

    def audit_subject(self) -> Subject:
        """Part of the booking's record."""
        return self.booking.audit_subject()


class Reexamination(Audited, Base):
    """That something ended on which bookings rely: they are looked at again, batch by batch.

    ``facility`` None asks at every one. ``cursor`` is the last booking that was looked at, in the
    order of their starts; ``since`` and ``subject`` bound the days of a lapse, both included.
    """

    __tablename__ = "reexamination"
    __table_args__ = (
        CheckConstraint(
            "cause IN ('certificate', 'hold', 'leaver', 'resource', 'outage', 'lapse', 'rules')",
            name="cause",
        ),
        CheckConstraint("state IN ('open', 'done')", name="state"),
        Index("ix_reexamination_state", "state", "id"),
        Index("ix_reexamination_day", "facility_id", "cause", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    cause: Mapped[str]
    subject_type: Mapped[str]
    subject: Mapped[str]
    rule: Mapped[str | None]
    since: Mapped[date | None]
    reason: Mapped[str]
    state: Mapped[str]
    cursor: Mapped[str]
    examined: Mapped[int]
    flagged: Mapped[int]
    opened_at: Mapped[datetime]

    facility: Mapped[Facility | None] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Its own record, in the facility's log; of every facility, in SYSTEM."""
        if self.facility is None:
            return Subject("reexamination", self.reference)
        return Subject("reexamination", self.reference, self.facility.code, self.facility.zone)


class BookingFlag(PartOfBooking, Base):
    """That a booking turned because of something it relies on, until that is gone.

    It tells what was found when it was raised; whether the booking may run is worked out afresh.
    """

    __tablename__ = "booking_flag"
    __table_args__ = (
        Index("ix_booking_flag_booking", "booking_id"),
        Index(
            "ix_booking_flag_open",
            "booking_id",
            "rule",
            "subject",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_booking_flag_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    cause: Mapped[str]
    rule: Mapped[str]
    subject: Mapped[str]
    finding: Mapped[dict[str, Any]] = mapped_column(JSON)
    reexamination: Mapped[str]
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    cleared_why: Mapped[str | None]

    booking: Mapped[Booking] = relationship()


class Outage(Audited, Base):
    """A resource out of use: no new allocation falls on it; older ones are flagged.

    ``plan`` is the first outage's reference of those planned together, ``recurrence`` the iCalendar
    rule (RFC 5545) that they follow. ``event`` says what ends the room's qualification.
    """

    __tablename__ = "outage"
    __table_args__ = (
        CheckConstraint("starts < ends", name="order"),
        CheckConstraint(
            "kind IN ('planned', 'unplanned', 'requalification', 'shutdown')", name="kind"
        ),
        CheckConstraint("state IN ('active', 'withdrawn')", name="state"),
        Index("ix_outage_calendar", "calendar_id", "starts"),
        Index("ix_outage_plan", "plan"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    calendar_id: Mapped[int] = mapped_column()
    resource: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    kind: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    planned_by: Mapped[str]
    version: Mapped[int]
    plan: Mapped[str | None]
    event: Mapped[str | None]
    recurrence: Mapped[str | None]

    facility: Mapped[Facility] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Its own record, in the facility's log."""
        return Subject("outage", self.reference, self.facility.code, self.facility.zone)
