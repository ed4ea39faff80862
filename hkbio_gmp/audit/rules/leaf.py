"""The bytes of an entry, leaf format version 1. It can never be altered: logs already hold it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from hkbio_gmp.kernel.actors import Actor, Channel, Signed

VERSION = 1


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry says, before it has a place in its log. ``at`` in UTC."""

    schema: str
    log: str
    at: datetime
    zone: str
    work: str
    actor: Actor
    action: str
    subject_type: str
    subject_ref: str
    table: str
    key: str
    organisation: str | None
    changes: dict[str, list[Any]]
    reason: str | None
    channel: Channel
    signed: Signed | None = None


def entry_document(facts: EntryFacts, seq: int) -> dict[str, Any]:
    """The entry's JSON document with its place ``seq``, counted from 0."""
    document: dict[str, Any] = {
        "v": VERSION,
        "schema": facts.schema,
        "seq": seq,
        "log": facts.log,
        "at": facts.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "zone": facts.zone,
        "work": facts.work,
        "actor": {"id": facts.actor.id, "name": facts.actor.name, "role": facts.actor.role},
        "action": facts.action,
        "subject": {"type": facts.subject_type, "ref": facts.subject_ref},
        "row": {"table": facts.table, "key": facts.key},
        "organisation": facts.organisation,
        "changes": facts.changes,
        "reason": facts.reason,
        "request": {"id": facts.channel.request_id, "channel": facts.channel.name},
    }
    if facts.signed is not None:
        document["signature"] = _signature(facts.signed)
    return document


def _signature(signed: Signed) -> dict[str, Any]:
    return {
        "number": signed.number,
        "meaning": signed.meaning,
        "name": signed.name,
        "role": signed.role,
        "at": signed.at,
        "zone": signed.zone,
        "record": dict(signed.record),
        "components": list(signed.components),
    }


def leaf_bytes(document: dict[str, Any]) -> bytes:
    """The RFC 8785 (JCS) form of the document in UTF-8: exactly the bytes that are hashed.

    Raises rfc8785.CanonicalizationError on what JSON cannot hold.
    """
    if _is_plain(document["changes"]):
        return _ENCODER.encode(document).encode()
    return rfc8785.dumps(document)


# of texts, truth values, small whole numbers and ASCII names the two write the same bytes
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SIMPLE = frozenset({str, bool, type(None)})
_LARGEST = 2**53 - 1


def _is_plain(changes: dict[str, list[Any]]) -> bool:
    for name, pair in changes.items():
        if not name.isascii():
            return False
        for value in pair:
            kind = type(value)
            if kind not in _SIMPLE and not (kind is int and -_LARGEST <= value <= _LARGEST):
                return False
    return True
