"""Appends entries to the logs, inside the unit of work that made the changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from hkbio_gmp import schema
from hkbio_gmp.audit.models import AuditEntry, AuditLog, AuditNode
from hkbio_gmp.audit.rules.leaf import EntryFacts, entry_document, leaf_bytes
from hkbio_gmp.audit.rules.tree import Frontier, leaf_hash
from hkbio_gmp.work.audited import Change
from hkbio_gmp.work.unit import Work

_HEAD = (
    select(AuditLog.size, AuditLog.frontier)
    .where(AuditLog.code == bindparam("log"))
    .with_for_update()
)
_MOVE_HEAD = update(AuditLog).where(AuditLog.code == bindparam("log"))
_ADD_ENTRIES, _ADD_NODES = insert(AuditEntry), insert(AuditNode)


class AuditRecorder:
    """The recorder that :func:`hkbio_gmp.work.run` calls last, before it commits."""

    def record(self, work: Work, changes: Sequence[Change]) -> None:
        """Append one entry per change, log by log in order of code, under each log's lock."""
        ordered = sorted(changes, key=lambda change: change.subject.log)
        connection = work.session.connection()
        for log, group in groupby(ordered, key=lambda change: change.subject.log):
            append(connection, log, [_facts(work, change) for change in group])


def append(connection: Connection, log: str, entries: Sequence[EntryFacts]) -> None:
    """Append ``entries`` to ``log``, gap-free; locks the log's head until the commit."""
    frontier = _lock_head(connection, log)
    rows, nodes = [], []
    for facts in entries:
        leaf = leaf_bytes(entry_document(facts, frontier.size))
        digest = leaf_hash(leaf)
        rows.append(_row(facts, frontier.size, leaf, digest))
        for node in frontier.append(digest):
            nodes.append(
                {"log": log, "level": node.level, "index": node.index, "digest": node.digest}
            )
    connection.execute(_ADD_ENTRIES, rows)
    if nodes:
        connection.execute(_ADD_NODES, nodes)
    _write_head(connection, log, frontier)


def _lock_head(connection: Connection, log: str) -> Frontier:
    head = connection.execute(_HEAD, {"log": log}).one_or_none()
    if head is None:
        _open_log(connection, log)
        head = connection.execute(_HEAD, {"log": log}).one()
    return Frontier(head.size, decode_frontier(head.frontier))


def _open_log(connection: Connection, log: str) -> None:
    empty = Frontier()
    statement = text(
        "INSERT INTO audit_log (code, size, frontier, root) "
        "VALUES (:code, 0, '', :root) ON CONFLICT DO NOTHING"
    )
    connection.execute(statement, {"code": log, "root": empty.root().hex()})


def _write_head(connection: Connection, log: str, frontier: Frontier) -> None:
    now = {
        "log": log,
        "size": frontier.size,
        "frontier": "".join(digest.hex() for digest in frontier.hashes),
        "root": frontier.root().hex(),
    }
    connection.execute(_MOVE_HEAD, now)


def decode_frontier(text: str) -> list[bytes]:
    """The hashes that a head's ``frontier`` column joins."""
    return [bytes.fromhex(text[at : at + 64]) for at in range(0, len(text), 64)]


def _facts(work: Work, change: Change) -> EntryFacts:
    subject = change.subject
    return EntryFacts(
        schema=schema.head_revision(),
        log=subject.log,
        at=work.at,
        zone=subject.zone,
        work=work.id,
        actor=work.actor,
        action=work.action,
        subject_type=subject.type,
        subject_ref=subject.ref,
        table=change.table,
        key=change.key,
        organisation=subject.organisation,
        changes=change.changes,
        reason=work.reason,
        channel=work.channel,
        signed=work.signed,
    )


def _row(facts: EntryFacts, seq: int, leaf: bytes, digest: bytes) -> dict[str, Any]:
    return {
        "log": facts.log,
        "seq": seq,
        "leaf": leaf.decode(),
        "leaf_hash": digest,
        "at": facts.at,
        "work": facts.work,
        "actor_id": facts.actor.id,
        "action": facts.action,
        "subject_type": facts.subject_type,
        "subject_ref": facts.subject_ref,
        "organisation": facts.organisation,
    }
