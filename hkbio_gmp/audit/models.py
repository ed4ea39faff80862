"""Tables of the log. Triggers refuse every change of what was appended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hkbio_gmp.extensions import Base

Seq = BigInteger().with_variant(Integer(), "sqlite")


class AuditLog(Base):
    """The head of one log: its size and the right edge of its tree, the hashes joined as hex."""

    __tablename__ = "audit_log"

    code: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(Seq)
    frontier: Mapped[str] = mapped_column(Text)
    root: Mapped[str]


class AuditEntry(Base):
    """One entry: the exact text that was hashed, and copies of some of it to search by."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "log", "subject_type", "subject_ref", "seq"),
        Index("ix_audit_entry_actor", "log", "actor_id", "seq"),
        Index("ix_audit_entry_action", "log", "action", "seq"),
        Index("ix_audit_entry_at", "log", "at"),
        Index("ix_audit_entry_work", "work"),
    )

    log: Mapped[str] = mapped_column(
        ForeignKey("audit_log.code", ondelete="RESTRICT"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    leaf: Mapped[str] = mapped_column(Text)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    work: Mapped[str]
    actor_id: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_ref: Mapped[str]
    organisation: Mapped[str | None]


class AuditNode(Base):
    """A complete subtree's hash at (level, index); level 0 is the entries' own hash."""

    __tablename__ = "audit_node"

    log: Mapped[str] = mapped_column(
        ForeignKey("audit_log.code", ondelete="RESTRICT"), primary_key=True
    )
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(Seq, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditVerification(Base):
    """What a verification of a log found, and when: the page says when it last held."""

    __tablename__ = "audit_verification"
    __table_args__ = (Index("ix_audit_verification_log", "log", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str]
    at: Mapped[datetime]
    size: Mapped[int] = mapped_column(Seq)
    root: Mapped[str]
    problem: Mapped[str | None] = mapped_column(Text)
