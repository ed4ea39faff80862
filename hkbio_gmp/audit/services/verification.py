"""Recomputes a log from its entries and names the first one that does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hkbio_gmp.audit.models import AuditEntry, AuditLog, AuditNode, AuditVerification
from hkbio_gmp.audit.rules.leaf import leaf_bytes
from hkbio_gmp.audit.rules.tree import Frontier, Node, leaf_hash

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a verification of one log found. ``problem`` is None where all holds."""

    log: str
    size: int
    root: str
    problem: str | None = None

    @property
    def holds(self) -> bool:
        """Whether every entry, subtree and the head agree."""
        return self.problem is None


class _Broken(Exception):
    """The first thing that does not hold."""


def verify_logs(session: Session, only: str | None = None) -> list[LogReport]:
    """Verify every log, or the one named; in constant memory."""
    query = select(AuditLog).order_by(AuditLog.code)
    if only is not None:
        query = query.where(AuditLog.code == only)
    reports = [verify_log(session, head) for head in session.scalars(query).all()]
    stray = session.scalar(
        select(func.min(AuditEntry.log)).where(AuditEntry.log.not_in(select(AuditLog.code)))
    )
    if stray is not None:
        reports.append(LogReport(stray, 0, "", f"{stray}: entries without a log"))
    return reports


def verify_log(session: Session, head: AuditLog) -> LogReport:
    """Recompute ``head``'s log: order, bytes, hashes, stored subtrees, head."""
    frontier = Frontier()
    try:
        for batch in _batches(session, head.code):
            completed: list[Node] = []
            for entry in batch:
                _check_entry(entry, head, frontier.size)
                completed += frontier.append(leaf_hash(entry.leaf.encode()))
            _check_nodes(session, head.code, completed)
        _check_head(session, head, frontier)
    except _Broken as broken:
        return LogReport(head.code, head.size, head.root, str(broken))
    return LogReport(head.code, head.size, head.root)


def _batches(session: Session, log: str) -> Iterator[Sequence[AuditEntry]]:
    after = -1
    while True:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.log == log, AuditEntry.seq > after)
            .order_by(AuditEntry.seq)
            .limit(_BATCH)
        ).all()
        yield rows
        if len(rows) < _BATCH:
            return
        after = rows[-1].seq
        session.expunge_all()


def _check_entry(entry: AuditEntry, head: AuditLog, expected: int) -> None:
    name = f"{head.code} entry {expected}"
    if entry.seq != expected:
        raise _Broken(f"{name}: missing; the next one is {entry.seq}")
    if expected >= head.size:
        raise _Broken(f"{name}: foreign; the log's head ends before it")
    if leaf_hash(entry.leaf.encode()) != entry.leaf_hash:
        raise _Broken(f"{name}: altered; its text does not fit its hash")
    document = json.loads(entry.leaf)
    if leaf_bytes(document) != entry.leaf.encode():
        raise _Broken(f"{name}: its text is not in canonical form")
    if (document["log"], document["seq"]) != (head.code, expected):
        raise _Broken(f"{name}: foreign; it says {document['log']} {document['seq']}")
    if _copies(entry) != _said(document):
        raise _Broken(f"{name}: a searchable copy differs from its text")


def _copies(entry: AuditEntry) -> tuple[Any, ...]:
    at = entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    subject = (entry.subject_type, entry.subject_ref, entry.organisation)
    return (at, entry.work, entry.actor_id, entry.action, *subject)


def _said(document: dict[str, Any]) -> tuple[Any, ...]:
    subject = (document["subject"]["type"], document["subject"]["ref"], document["organisation"])
    who = (document["work"], document["actor"]["id"], document["action"])
    return (document["at"], *who, *subject)


def _check_nodes(session: Session, log: str, completed: list[Node]) -> None:
    for level in sorted({node.level for node in completed}):
        nodes = [node for node in completed if node.level == level]
        stored = session.execute(
            select(AuditNode.index, AuditNode.digest).where(
                AuditNode.log == log,
                AuditNode.level == level,
                AuditNode.index.between(nodes[0].index, nodes[-1].index),
            )
        )
        found: dict[int, bytes] = {}
        for index, digest in stored:
            found[index] = digest
        for node in nodes:
            if found.get(node.index) != node.digest:
                raise _Broken(f"{log}: stored subtree {level}/{node.index} does not hold")


def _check_head(session: Session, head: AuditLog, frontier: Frontier) -> None:
    if frontier.size != head.size:
        raise _Broken(f"{head.code} entry {frontier.size}: missing; the head counts {head.size}")
    joined = "".join(digest.hex() for digest in frontier.hashes)
    if (head.root, head.frontier) != (frontier.root().hex(), joined):
        raise _Broken(f"{head.code}: the head's root does not hold")
    count = session.scalar(select(func.count()).where(AuditNode.log == head.code))
    expected = head.size - head.size.bit_count()
    if count != expected:
        raise _Broken(f"{head.code}: {count} stored subtrees instead of {expected}")


def keep_report(session: Session, report: LogReport, at: datetime) -> None:
    """Remember what a verification found, so that the page can say when the log last held."""
    session.add(
        AuditVerification(
            log=report.log, at=at, size=report.size, root=report.root, problem=report.problem
        )
    )
