"""Tables of recurring bookings: a series, and each of its occurrences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.booking.models import RESTRICT, Booking
from hkbio_gmp.extensions import Base
from hkbio_gmp.facilities.models import Facility, Project
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.work import Audited, Subject


class BookingSeries(Audited, Base):
    """Bookings that were asked for at once by a recurrence rule (RFC 5545).

    ``starts`` is the first start that the rule counts from, in UTC; it repeats in the facility's
    wall time. ``take`` says whether all were asked for or none, or those that fitted.
    """

    __tablename__ = "booking_series"
    __table_args__ = (
        CheckConstraint("take IN ('all', 'fitting')", name="take"),
        Index("ix_booking_series_organisation", "organisation_id", "id"),
        Index("ix_booking_series_facility", "facility_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete=RESTRICT))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete=RESTRICT))
    recurrence: Mapped[str]
    starts: Mapped[datetime]
    take: Mapped[str]
    requested_by: Mapped[str]
    requested_by_name: Mapped[str]
    requested_at: Mapped[datetime]
    version: Mapped[int]

    facility: Mapped[Facility] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    project: Mapped[Project] = relationship(lazy="joined")
    occurrences: Mapped[list[SeriesOccurrence]] = relationship(
        back_populates="series", order_by="SeriesOccurrence.number", lazy="selectin"
    )

    def audit_subject(self) -> Subject:
        """Its own record, in its facility's log, belonging to its organisation."""
        home = self.facility
        return Subject("series", self.reference, home.code, home.zone, self.organisation.code)


class SeriesOccurrence(Audited, Base):
    """One occurrence: the booking that it became, or why it was left out."""

    __tablename__ = "series_occurrence"
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        UniqueConstraint("booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("booking_series.id", ondelete=RESTRICT))
    number: Mapped[int]
    starts: Mapped[datetime]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete=RESTRICT))
    left_out: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))

    series: Mapped[BookingSeries] = relationship(back_populates="occurrences")
    booking: Mapped[Booking | None] = relationship()

    def audit_subject(self) -> Subject:
        """The series that it is a part of."""
        return self.series.audit_subject()

    @property
    def audit_code(self) -> str:
        """The series' reference and the occurrence's number."""
        return f"{self.series.reference}/{self.number}"
