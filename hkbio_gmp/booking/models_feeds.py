"""Tables of calendars that are read elsewhere, at secret addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.booking.models import RESTRICT
from hkbio_gmp.extensions import Base
from hkbio_gmp.identity.models import Person
from hkbio_gmp.work import Audited, Subject


class FeedToken(Audited, Base):
    """A calendar's secret address: shown once, kept as a digest, ended by its person."""

    __tablename__ = "feed_token"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'resource', 'facility')", name="kind"),
        Index("ix_feed_token_person", "person_id"),
    )
    __secrets__ = frozenset({"digest"})

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    kind: Mapped[str]
    code: Mapped[str | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Part of the person's record."""
        return self.person.audit_subject()


class FeedUse(Base):
    """When a feed was read last, and when what it says changed last. Outside the log."""

    __tablename__ = "feed_use"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed_token.id", ondelete=RESTRICT), primary_key=True
    )
    used_at: Mapped[datetime]
    content: Mapped[str]
    changed_at: Mapped[datetime]
