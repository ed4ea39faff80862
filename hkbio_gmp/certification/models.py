"""Tables of certification."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.extensions import Base
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.work import Audited, Subject

RESTRICT = "RESTRICT"


class CertificateKind(Audited, Base):
    """A kind of dated proof, with its interval's source, lead days and D."""

    __tablename__ = "certificate_kind"
    __table_args__ = (
        CheckConstraint(
            "subject_type IN ('facility', 'resource', 'person', 'organisation')",
            name="subject_type",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    subject_type: Mapped[str]
    interval_months: Mapped[int]
    interval_source: Mapped[str]
    lead_days: Mapped[list[int]] = mapped_column(JSON)
    blocks_booking: Mapped[bool]
    shared: Mapped[bool]
    renewal_days: Mapped[int]

    def audit_subject(self) -> Subject:
        """Its own record, in SYSTEM."""
        return Subject("certificate_kind", self.code)


class Certificate(Audited, Base):
    """A dated proof about a facility, resource, person or organisation.

    Dates are calendar days in the facility's zone, both included. ``ended_on`` is the first day on
    which it no longer speaks because of an event, and ``ended_by`` that event's reference.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted', 'rejected', 'valid', 'suspended', 'withdrawn')", name="state"
        ),
        CheckConstraint("valid_from <= valid_until", name="dates"),
        Index("ix_certificate_subject", "subject_type", "subject_code", "kind_id"),
        Index("ix_certificate_until", "state", "valid_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facility.id", ondelete=RESTRICT))
    kind_id: Mapped[int] = mapped_column(ForeignKey("certificate_kind.id", ondelete=RESTRICT))
    subject_type: Mapped[str]
    subject_code: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete=RESTRICT)
    )
    number: Mapped[str]
    issuer: Mapped[str]
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    state: Mapped[str]
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete=RESTRICT))
    submitted_by: Mapped[str]
    submitted_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None]

    facility: Mapped[Facility | None] = relationship(lazy="joined")
    kind: Mapped[CertificateKind] = relationship(lazy="joined")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    renews: Mapped[Certificate | None] = relationship(
        remote_side="Certificate.id", back_populates="renewals"
    )
    renewals: Mapped[list[Certificate]] = relationship(
        back_populates="renews", order_by="Certificate.id", lazy="selectin", join_depth=1
    )

    def audit_subject(self) -> Subject:
        """The certificate, in its facility's log; a shared one's is in SYSTEM."""
        organisation = self.organisation.code if self.organisation else None
        if self.facility is None:
            return Subject("certificate", self.reference, organisation=organisation)
        home = self.facility
        return Subject("certificate", self.reference, home.code, home.zone, organisation)


class ReminderStep(Audited, Base):
    """That a step of the ladder went to a recipient, or was overtaken: once each, for good."""

    __tablename__ = "reminder_step"
    __table_args__ = (
        UniqueConstraint("certificate_id", "step", "recipient"),
        CheckConstraint("state IN ('sent', 'overtaken')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id", ondelete=RESTRICT))
    step: Mapped[int]
    recipient: Mapped[str]
    state: Mapped[str]
    due_on: Mapped[date]
    decided_at: Mapped[datetime]

    certificate: Mapped[Certificate] = relationship()

    def audit_subject(self) -> Subject:
        """Part of the certificate."""
        return self.certificate.audit_subject()
