"""Reads of identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.identity.models import (
    AccessEvent,
    ApiToken,
    Grant,
    Invitation,
    Organisation,
    Person,
    Scope,
    WebSession,
    person_code,
)
from hkbio_gmp.identity.rules.grants import GrantFacts, PersonPrincipal
from hkbio_gmp.identity.rules.permissions import ScopeKind
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.kernel.ids import secret_digest
from hkbio_gmp.work import rows

__all__ = ["PersonPrincipal"]


class PersonLine(NamedTuple):
    """What is known of a person where the record itself is not needed."""

    id: int
    email: str
    name: str
    language: str
    state: str
    organisation_id: int | None

    @property
    def code(self) -> str:
        """How the log names the person for good (21 CFR 11.100)."""
        return person_code(self.id)

    @property
    def active(self) -> bool:
        """Whether the account may be used."""
        return self.state == "active"


Someone = Person | PersonLine
"""Whoever can be told of something."""


def line_of(person: Person) -> PersonLine:
    """What is known of a loaded person."""
    return PersonLine(
        person.id, person.email, person.name, person.language, person.state, person.organisation_id
    )


_LINES = select(
    Person.id,
    Person.email,
    Person.name,
    Person.language,
    Person.state,
    Person.organisation_id,
)


def find_person(session: Session, email: str) -> Person | None:
    """The person of that e-mail address, in any case, or None."""
    # PostgreSQL refuses NUL in a text; nobody has such an address
    if not email.strip().isprintable():
        return None
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def get_person(session: Session, email: str) -> Person:
    """The person of that e-mail address. Raises NotFound."""
    person = find_person(session, email)
    if person is None:
        raise NotFound()
    return person


def find_people(session: Session, emails: Iterable[str]) -> dict[str, PersonLine]:
    """E-mail address → person, of those that exist."""
    wanted = {email.strip().lower() for email in emails if email.strip().isprintable()}
    if not wanted:
        return {}
    found = rows(session, _NAMED, {"emails": sorted(wanted)})
    return {row.email: PersonLine._make(row) for row in found}


_NAMED = _LINES.where(Person.email.in_(bindparam("emails", expanding=True)))


def principal_of(session: Session, person: Person, now: datetime) -> PersonPrincipal:
    """The person with the rights of the grants that hold at ``now`` (UTC)."""
    lines = rows(session, _OF_PERSON, {"person": person.id}).all()
    return principal(lines, now)


PRINCIPAL = (
    Person.id.label("person_id"),
    Person.email,
    Person.name,
    Person.language,
    Person.state,
    Organisation.code.label("organisation"),
    Grant.role,
    Scope.kind.label("scope_kind"),
    Scope.code.label("scope_code"),
    Grant.starts,
    Grant.ends,
)
"""Columns that make a principal, a row a confirmed grant; one row where there is none."""
CONFIRMED = and_(Grant.person_id == Person.id, Grant.state == "confirmed")
_OF_PERSON = (
    select(*PRINCIPAL)
    .select_from(Person)
    .outerjoin(Organisation, Person.organisation_id == Organisation.id)
    .outerjoin(Grant, CONFIRMED)
    .outerjoin(Scope, Grant.scope_id == Scope.id)
    .where(Person.id == bindparam("person"))
    .order_by(Grant.id)
)


def principal(lines: Sequence[Any], now: datetime) -> PersonPrincipal:
    """Whoever the rows of ``PRINCIPAL`` tell of, with the rights that hold at ``now`` (UTC)."""
    one = lines[0]
    facts = (
        GrantFacts(line.role, ScopeKind(line.scope_kind), line.scope_code, line.starts, line.ends)
        for line in lines
        if line.role is not None
    )
    return PersonPrincipal(
        person_id=one.person_id,
        code=person_code(one.person_id),
        email=one.email,
        name=one.name,
        organisation=one.organisation,
        language=one.language,
        grants=tuple(fact for fact in facts if fact.holds_at(now)),
    )


def get_organisation(session: Session, code: str) -> Organisation:
    """The organisation of that code. Raises NotFound."""
    query = select(Organisation).where(Organisation.code == code)
    found = session.scalar(query) if code.isprintable() else None
    if found is None:
        raise NotFound()
    return found


def get_person_by_code(session: Session, code: str) -> Person:
    """The person of a code such as ``U000012``. Raises NotFound."""
    number = code.removeprefix("U")
    known = code.startswith("U") and number.isascii() and number.isdecimal() and len(number) < 10
    found = session.get(Person, int(number)) if known else None
    if found is None:
        raise NotFound()
    return found


def get_visible_organisation(
    session: Session, principal: PersonPrincipal, code: str
) -> Organisation:
    """An organisation that the person may see: its own, or any for a facility's or system role."""
    permission = "identity:organisation:read"
    reach = principal.organisations(permission)
    by_facility = bool(principal.facilities(permission))
    if reach is not None and code not in reach and not by_facility:
        raise NotFound()
    return get_organisation(session, code)


def list_organisations(session: Session) -> list[Organisation]:
    """Every organisation by code."""
    return list(session.scalars(select(Organisation).order_by(Organisation.code)))


def list_people(session: Session, organisation: Organisation | None = None) -> list[Person]:
    """People by name, of one organisation where one is given."""
    query = select(Person).order_by(Person.name, Person.id)
    if organisation is not None:
        query = query.where(Person.organisation_id == organisation.id)
    return list(session.scalars(query))


def list_grants(session: Session, person: Person) -> list[Grant]:
    """Every grant that a person ever had, newest first."""
    query = select(Grant).where(Grant.person_id == person.id).order_by(Grant.id.desc())
    return list(session.scalars(query))


def get_grant(session: Session, key: int) -> Grant:
    """One grant, for those who may end any. Raises NotFound."""
    found = session.get(Grant, key)
    if found is None:
        raise NotFound()
    return found


def list_proposed_grants(session: Session, principal: PersonPrincipal) -> list[Grant]:
    """Grants that wait for this person's confirmation."""
    query = (
        select(Grant)
        .options(joinedload(Grant.person))
        .where(Grant.state == "proposed")
        .order_by(Grant.id)
    )
    reach = principal.facilities("identity:grant:confirm")
    return [g for g in session.scalars(query) if reach is None or g.scope.code in reach]


def people_with_role(
    session: Session, role: str, scope_code: str, now: datetime
) -> list[PersonLine]:
    """Active people who hold a role in a scope at ``now`` (UTC), by id."""
    wanted = {"role": role, "scope": scope_code, "now": now}
    return [PersonLine._make(row) for row in rows(session, _WITH_ROLE, wanted)]


_NOW = bindparam("now", type_=Grant.starts.type)
_HELD = (
    select(Grant.person_id)
    .join(Scope, Grant.scope_id == Scope.id)
    .where(
        Grant.role == bindparam("role"),
        Grant.state == "confirmed",
        Scope.code == bindparam("scope"),
        and_(Grant.starts <= _NOW, or_(Grant.ends.is_(None), Grant.ends > _NOW)),
    )
)
_WITH_ROLE = _LINES.where(Person.id.in_(_HELD), Person.state == "active").order_by(Person.id)


def find_scopes(session: Session, code: str) -> list[Scope]:
    """The scopes of that code, or of that ``kind:code``; ``system`` is the system's."""
    kind, colon, own = code.partition(":")
    wanted = own if colon else code
    if not wanted.isprintable():
        return []
    wanted = "SYSTEM" if wanted.lower() == "system" else wanted
    query = select(Scope).where(Scope.code == wanted).order_by(Scope.id)
    return list(session.scalars(query.where(Scope.kind == kind) if colon else query))


def list_scopes(session: Session) -> list[Scope]:
    """Every scope, by kind and code."""
    return list(session.scalars(select(Scope).order_by(Scope.kind, Scope.code)))


def list_web_sessions(
    session: Session, person_id: int, now: datetime, idle_minutes: int
) -> list[WebSession]:
    """A person's living sessions at ``now`` (UTC), newest first."""
    return list(
        session.scalars(
            select(WebSession)
            .where(
                WebSession.person_id == person_id,
                WebSession.ended_at.is_(None),
                WebSession.expires_at > now,
                WebSession.last_seen_at > now - timedelta(minutes=idle_minutes),
            )
            .order_by(WebSession.id.desc())
        )
    )


def list_tokens(session: Session, person_id: int) -> list[ApiToken]:
    """A person's API tokens, newest first."""
    query = select(ApiToken).where(ApiToken.person_id == person_id).order_by(ApiToken.id.desc())
    return list(session.scalars(query))


def list_access_events(
    session: Session, *, person: str | None = None, before: int | None = None, limit: int = 100
) -> list[AccessEvent]:
    """Events of the access log, newest first, of one person's code, older than an id."""
    query = select(AccessEvent).order_by(AccessEvent.id.desc()).limit(limit)
    if person:
        query = query.where(AccessEvent.person_code == person)
    if before is not None:
        query = query.where(AccessEvent.id < before)
    return list(session.scalars(query))


def find_invitation(session: Session, secret: str, now: datetime) -> Invitation | None:
    """The open invitation of a link, or None: unknown, used, too old, or its person disabled."""
    query = select(Invitation).where(Invitation.digest == secret_digest(secret))
    found = session.scalar(query)
    if found is None or found.ended_at is not None or found.expires_at <= now:
        return None
    return found if found.person.active else None
