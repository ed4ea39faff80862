"""Runs a command for the API: idempotency key, If-Match, the answer in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hkbio_gmp import work
from hkbio_gmp.api.guards import principal
from hkbio_gmp.api.models import IdempotentAnswer
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import FieldError, NotValid, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

Document = dict[str, Any]
LONGEST_KEY = 200


def run(
    actor: Actor, action: str, reason: str | None, command: Callable[[Work], Document]
) -> Document:
    """Run ``command``, which answers with the document to send, at most once per key.

    Raises NotValid where the same key came before with another body.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return work.run(actor, action, reason, command)
    _check_key(key)

    def once(unit: Work) -> Document:
        taken = _take(unit, actor, key)
        if taken is not None:
            return _keep(unit, taken, command(unit))
        kept = _find(unit.session, actor.id, key)
        if kept is None or kept.body_digest != _body_digest():
            raise NotValid(_REUSED.detail, [_REUSED_FIELD])
        first: Document = kept.answer
        return first

    return work.run(actor, action, reason, once)


_REUSED = NotValid(Message("This Idempotency-Key was used with another body."))
_REUSED_FIELD = FieldError(
    "Idempotency-Key", _REUSED.detail, Message("Use a new key for a new request.")
)


def _check_key(key: str) -> None:
    if not key.isprintable() or not 0 < len(key) <= LONGEST_KEY:
        said = Message("The Idempotency-Key is empty, too long or not printable.")
        remedy = Message("Send 1 to {most} printable characters.", most=LONGEST_KEY)
        raise NotValid(said, [FieldError("Idempotency-Key", said, remedy)])


def _take(unit: Work, actor: Actor, key: str) -> int | None:
    """Take the key before anything else; its id, or None where it came before.

    A second delivery waits here for the first one's end, or it would be refused the slot that the
    first is about to get.
    """
    values = {
        "actor": actor.id,
        "route": _route(),
        "key": key,
        "body_digest": _body_digest(),
        "answer": {},
        "at": unit.at,
    }
    take = _TAKE[unit.session.get_bind().dialect.name]
    return unit.session.connection().execute(take, values).scalar_one_or_none()


_TAKE = {
    name: make(IdempotentAnswer).on_conflict_do_nothing().returning(IdempotentAnswer.id)
    for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_KEEP = update(IdempotentAnswer).where(IdempotentAnswer.id == bindparam("taken"))
_FOUND = select(IdempotentAnswer.body_digest, IdempotentAnswer.answer).where(
    IdempotentAnswer.actor == bindparam("actor"),
    IdempotentAnswer.route == bindparam("route"),
    IdempotentAnswer.key == bindparam("key"),
)


def _keep(unit: Work, taken: int, answer: Document) -> Document:
    unit.session.connection().execute(_KEEP, {"taken": taken, "answer": answer})
    return answer


def _find(session: Session, actor: str, key: str) -> Row[Any] | None:
    wanted = {"actor": actor, "route": _route(), "key": key}
    return session.execute(_FOUND, wanted).one_or_none()


def _route() -> str:
    return f"{request.method} {request.path}"


def _body_digest() -> str:
    """Digest of the body without the signature: a password is not compared, nor kept."""
    body = request.get_json(silent=True)
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "signature"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def check_match(version: int) -> None:
    """Refuse with 412 where If-Match names another version than ``version``. Raises Stale.

    A request that is sent once more is past that: its first answer is given again.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*" or _is_repeated():
        return
    if etag(version) not in {part.strip() for part in wanted.split(",")}:
        raise Stale(
            Message("It is at version {version} now. Read it again and repeat.", version=version)
        )


def _is_repeated() -> bool:
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return False
    return _find(db.session, principal().code, key) is not None


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def answer(document: Document, status: int = 200, location: str | None = None) -> Response:
    """A document as a response, with its ETag and Location."""
    response = jsonify(document)
    response.status_code = status
    if "version" in document:
        response.headers["ETag"] = etag(document["version"])
    if location is not None:
        response.headers["Location"] = location
    return response
