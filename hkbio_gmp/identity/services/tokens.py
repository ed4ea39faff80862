"""Tokens of the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hkbio_gmp.identity import queries
from hkbio_gmp.identity.models import ApiToken, Grant, Organisation, Person, Scope
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound, WrongState
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, rows


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whose token it is, and whether it may only read."""

    principal: PersonPrincipal
    read_only: bool


def create_token(work: Work, email: str, name: str, *, days: int, read_only: bool) -> str:
    """Make a token that ends after ``days``; returns the secret, which is kept nowhere.

    Raises NotFound for an unknown person; WrongState for a disabled one.
    """
    person = queries.get_person(work.session, email)
    if not person.active:
        raise WrongState(Message("The account is disabled for good."))
    secret = new_secret()
    work.session.add(
        ApiToken(
            digest=secret_digest(secret),
            person=person,
            name=name.strip()[:100],
            read_only=read_only,
            created_at=work.at,
            expires_at=work.at + timedelta(days=days),
            revoked_at=None,
        )
    )
    return secret


def revoke_token(work: Work, person_id: int, token_id: int) -> None:
    """End a token of one's own at once. Raises NotFound."""
    token = work.session.get(ApiToken, token_id)
    if token is None or token.person_id != person_id:
        raise NotFound()
    token.revoked_at = token.revoked_at or work.at


def principal_for_token(session: Session, secret: str) -> TokenHolder | None:
    """Whose living token it is, or None: unknown, ended, revoked or of a disabled person."""
    lines = rows(session, _HOLDER, {"digest": secret_digest(secret)}).all()
    token, now = (lines[0] if lines else None), clock.now()
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return None
    if token.state != "active":
        return None
    return TokenHolder(queries.principal(lines, now), token.read_only)


_HOLDER = (
    select(
        ApiToken.read_only,
        ApiToken.revoked_at,
        ApiToken.expires_at,
        *queries.PRINCIPAL,
    )
    .join(Person, ApiToken.person_id == Person.id)
    .outerjoin(Organisation, Person.organisation_id == Organisation.id)
    .outerjoin(Grant, queries.CONFIRMED)
    .outerjoin(Scope, Grant.scope_id == Scope.id)
    .where(ApiToken.digest == bindparam("digest"))
    .order_by(Grant.id)
)
