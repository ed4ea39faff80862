"""Reads of the log, always scoped to who asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hkbio_gmp.audit.models import AuditEntry, AuditLog, AuditVerification
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.texts import is_plain
from hkbio_gmp.work.audited import SYSTEM_LOG

READ = "audit:log:read"
_PAGE = 100


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What to look for. Times in UTC; ``before`` is the sequence to page on from, downwards."""

    actor: str | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_ref: str | None = None
    work: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = _PAGE


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a page shows it: the parsed document and its leaf hash as hex."""

    seq: int
    leaf_hash: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """The entries of one unit of work: one act of one person."""

    work: str
    entries: list[Entry]

    @property
    def head(self) -> dict[str, Any]:
        """The document that tells who, when and why: the same in all of them."""
        return self.entries[0].document


def list_logs(session: Session, principal: Principal) -> list[AuditLog]:
    """The logs that the person may read, by code, SYSTEM last."""
    logs = session.scalars(select(AuditLog).order_by(AuditLog.code == SYSTEM_LOG, AuditLog.code))
    return [log for log in logs if readable(principal, log.code)]


def readable(principal: Principal, code: str) -> bool:
    """Whether a log is within the person's scope."""
    facilities = principal.facilities(READ)
    return facilities is None or (code != SYSTEM_LOG and code in facilities)


def get_log(session: Session, principal: Principal, code: str) -> AuditLog:
    """The head of a log. Raises NotFound where it is absent or out of scope, alike."""
    log = session.get(AuditLog, code) if is_plain(code) else None
    if log is None or not readable(principal, code):
        raise NotFound()
    return log


def list_entries(session: Session, log: str, wanted: EntryFilter) -> list[Entry]:
    """Entries of a log that was obtained by :func:`get_log`, newest first."""
    rows = session.scalars(_narrow(select(AuditEntry).where(AuditEntry.log == log), wanted))
    return [_entry(row) for row in rows]


def _narrow(query: Select[Any], wanted: EntryFilter) -> Select[Any]:
    equal = {
        AuditEntry.actor_id: wanted.actor,
        AuditEntry.subject_type: wanted.subject_type,
        AuditEntry.subject_ref: wanted.subject_ref,
        AuditEntry.work: wanted.work,
    }
    for column, value in equal.items():
        if value:
            query = query.where(column == value)
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEntry.at < wanted.until)
    if wanted.before is not None:
        query = query.where(AuditEntry.seq < wanted.before)
    return query.order_by(AuditEntry.seq.desc()).limit(wanted.limit)


def _entry(row: AuditEntry) -> Entry:
    return Entry(row.seq, row.leaf_hash.hex(), json.loads(row.leaf))


def acts(entries: Sequence[Entry]) -> list[Act]:
    """Group neighbouring entries by unit of work; within an act in the order written."""
    grouped: list[Act] = []
    for entry in entries:
        if grouped and grouped[-1].work == entry.document["work"]:
            grouped[-1].entries.insert(0, entry)
        else:
            grouped.append(Act(entry.document["work"], [entry]))
    return grouped


def record_history(session: Session, log: str, subject_type: str, ref: str) -> list[Act]:
    """All acts on one record, newest first; the caller has checked that it may be seen."""
    wanted = EntryFilter(subject_type=subject_type, subject_ref=ref, limit=500)
    return acts(list_entries(session, log, wanted))


def last_verification(session: Session, log: str) -> AuditVerification | None:
    """The newest verification of a log, or None."""
    return session.scalar(
        select(AuditVerification)
        .where(AuditVerification.log == log)
        .order_by(AuditVerification.at.desc(), AuditVerification.id.desc())
        .limit(1)
    )


def list_actors(session: Session, log: str) -> list[tuple[str, str]]:
    """(id, name) of the people and jobs that act in a log, by name, at most 200."""
    latest = session.execute(
        select(AuditEntry.actor_id, AuditEntry.leaf)
        .where(AuditEntry.log == log)
        .order_by(AuditEntry.seq.desc())
        .limit(2000)
    )
    names: dict[str, str] = {}
    for actor, leaf in latest:
        if actor not in names:
            names[actor] = json.loads(leaf)["actor"]["name"]
    return sorted(names.items(), key=lambda pair: pair[1])[:200]
