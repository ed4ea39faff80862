"""Tables of identity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.extensions import Base
from hkbio_gmp.work import Audited, Subject

RESTRICT = "RESTRICT"


class Organisation(Audited, Base):
    """A startup or institution that books, or that runs a facility."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    active: Mapped[bool]
    demonstration: Mapped[bool]
    version: Mapped[int]

    def audit_subject(self) -> Subject:
        """Its own record, in SYSTEM."""
        return Subject("organisation", self.code, organisation=self.code)


def person_code(person_id: int) -> str:
    """How the log names a person for good (21 CFR 11.100)."""
    return f"U{person_id:06d}"


class Person(Audited, Base):
    """A person's account: disabled at the end, never deleted, never given to another."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("state IN ('active', 'disabled')", name="state"),)
    __secrets__ = frozenset({"password_hash"})

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    password_hash: Mapped[str | None]
    language: Mapped[str]
    state: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete=RESTRICT)
    )
    version: Mapped[int]

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")

    @property
    def code(self) -> str:
        """How the log names the person for good (21 CFR 11.100)."""
        return person_code(self.id)

    @property
    def active(self) -> bool:
        """Whether the account may be used."""
        return self.state == "active"

    def audit_subject(self) -> Subject:
        """Their own record, in SYSTEM."""
        organisation = self.organisation.code if self.organisation else None
        return Subject("person", self.code, organisation=organisation)


class Scope(Audited, Base):
    """Where roles hold: a facility, an organisation or the whole system."""

    __tablename__ = "scope"
    __table_args__ = (
        UniqueConstraint("kind", "code"),
        CheckConstraint("kind IN ('system', 'facility', 'organisation')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]

    @property
    def audit_code(self) -> str:
        """Kind and code together."""
        return f"{self.kind}:{self.code}"

    def audit_subject(self) -> Subject:
        """Its own record, in SYSTEM."""
        return Subject("scope", self.audit_code)


class Grant(Audited, Base):
    """A role given to a person in a scope, with dates (Annex 11, 12.3: each change recorded)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'ended')", name="state"),
        CheckConstraint("ends IS NULL OR starts < ends", name="dates"),
        Index("ix_role_grant_person", "person_id"),
        Index("ix_role_grant_scope", "scope_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    role: Mapped[str]
    scope_id: Mapped[int] = mapped_column(ForeignKey("scope.id", ondelete=RESTRICT))
    starts: Mapped[datetime]
    ends: Mapped[datetime | None]
    state: Mapped[str]
    proposed_by: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    scope: Mapped[Scope] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Part of the person's record, so that one history tells of all access."""
        return self.person.audit_subject()


class WebSession(Base):
    """A signed-in browser: only the token's digest is kept; ending it signs out."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_person", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(Text)

    person: Mapped[Person] = relationship(lazy="joined")


class SignInGuard(Base):
    """Failures in a row of one account, and until when it is locked."""

    __tablename__ = "sign_in_guard"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete=RESTRICT), primary_key=True
    )
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]


class AccessEvent(Base):
    """The access log: sign-ins, failures, reads by auditors. Append-only, outside the audit log."""

    __tablename__ = "access_event"
    __table_args__ = (Index("ix_access_event_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_code: Mapped[str | None]
    event: Mapped[str]
    detail: Mapped[str]
    address: Mapped[str]
    user_agent: Mapped[str]
    request_id: Mapped[str]


class ApiToken(Audited, Base):
    """A bearer token of the API: shown once, kept as a digest, with an end date."""

    __tablename__ = "api_token"
    __secrets__ = frozenset({"digest"})

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    name: Mapped[str]
    read_only: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Part of the person's record."""
        return self.person.audit_subject()


class Invitation(Audited, Base):
    """A link to choose a password: shown or mailed once, kept as a digest, good once."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_person", "person_id"),)
    __secrets__ = frozenset({"digest"})

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    def audit_subject(self) -> Subject:
        """Part of the person's record."""
        return self.person.audit_subject()


class SigningProof(Base):
    """A password verified for one person, record and version: single use, 60 seconds."""

    __tablename__ = "signing_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    record_type: Mapped[str]
    record_ref: Mapped[str]
    record_version: Mapped[int]
    record_digest: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Signature(Audited, Base):
    """An electronic signature: name, role, time, meaning, tied to one version (11.50, 11.70)."""

    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete=RESTRICT))
    name: Mapped[str]
    role: Mapped[str]
    meaning: Mapped[str]
    record_type: Mapped[str]
    record_ref: Mapped[str]
    record_version: Mapped[int]
    record_digest: Mapped[str]
    log: Mapped[str]
    zone: Mapped[str]
    organisation: Mapped[str | None]
    at: Mapped[datetime]

    @property
    def audit_code(self) -> str:
        """Its number."""
        return self.number

    def audit_subject(self) -> Subject:
        """Part of the record that it signs: it cannot be cut out of it (21 CFR 11.70)."""
        return Subject(self.record_type, self.record_ref, self.log, self.zone, self.organisation)
