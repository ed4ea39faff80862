"""Organisations, scopes and people's accounts."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from hkbio_gmp.identity import queries
from hkbio_gmp.identity.models import ApiToken, Grant, Organisation, Person, Scope, WebSession
from hkbio_gmp.identity.rules.grants import role_fits_scope
from hkbio_gmp.identity.rules.permissions import ROLES, ScopeKind
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, run


def ensure_scope(work: Work, kind: ScopeKind, code: str) -> Scope:
    """The scope of that kind and code, made where absent."""
    query = select(Scope).where(Scope.kind == kind, Scope.code == code)
    found = work.session.scalar(query)
    if found is None:
        found = Scope(kind=str(kind), code=code)
        work.session.add(found)
        work.session.flush()
    return found


def add_organisation(
    work: Work, code: str, name: str, name_zh: str | None = None, *, demonstration: bool = False
) -> Organisation:
    """Add an organisation and its scope. Raises NotValid where the code is taken."""
    if work.session.scalar(select(Organisation.id).where(Organisation.code == code)):
        said = Message("There is an organisation {code} already.", code=code)
        raise NotValid(said, [FieldError("code", said, Message("Choose another code."))])
    organisation = Organisation(
        code=code, name=name, name_zh=name_zh, active=True, demonstration=demonstration, version=1
    )
    work.session.add(organisation)
    ensure_scope(work, ScopeKind.ORGANISATION, code)
    return organisation


def run_add_person(
    actor: Actor, *, email: str, name: str, role: str, scope_code: str, password: str | None = None
) -> str:
    """Add a person from the command line: the slow hash first, then one unit of work.

    Returns the person's code. Raises NotValid.
    """
    if password is not None:
        passwords.check_new_password(password, email)
    hashed = passwords.hash_password(password) if password else None

    def command(work: Work) -> str:
        person = add_person(work, email, name, password_hash=hashed)
        give_role(work, person, role, scope_code)
        return person.code

    return run(actor, "identity:person:added", None, command)


def add_person(
    work: Work,
    email: str,
    name: str,
    *,
    password_hash: str | None = None,
    organisation: str | None = None,
    name_zh: str | None = None,
    language: str = "en",
) -> Person:
    """Add an account. An address is never given to a second person (21 CFR 11.100).

    Raises NotValid for a malformed or taken address.
    """
    address = _address(email)
    if queries.find_person(work.session, address) is not None:
        said = Message("{email} has an account already, perhaps a disabled one.", email=address)
        raise NotValid(said, [FieldError("email", said, Message("Use another address."))])
    person = Person(
        email=address,
        name=name.strip(),
        name_zh=name_zh,
        password_hash=password_hash,
        language=language,
        state="active",
        organisation=(
            queries.get_organisation(work.session, organisation) if organisation else None
        ),
        version=1,
    )
    work.session.add(person)
    work.session.flush()
    return person


def _address(email: str) -> str:
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        said = Message("{email} is not an e-mail address: {why}", email=email[:80], why=str(error))
        remedy = Message("Write it as name@example.org.")
        raise NotValid(said, [FieldError("email", said, remedy)]) from None
    return checked.normalized.lower()


def give_role(work: Work, person: Person, role: str, scope_code: str) -> Grant:
    """Give a confirmed role at once: the command line's way to the first accounts.

    An organisation's role also makes the person a member of it. Raises NotValid where role and
    scope do not fit, or where the role needs an end date.
    """
    scope = queries.find_scope(work.session, scope_code)
    if scope_code.lower() == "system":
        scope = ensure_scope(work, ScopeKind.SYSTEM, "SYSTEM")
    if scope is None or not role_fits_scope(role, ScopeKind(scope.kind)):
        raise _unfit(role, scope_code)
    if ROLES[role].needs_end:
        said = Message("The role {role} needs an end date.", role=role)
        remedy = Message("Propose it on the administration page, with its end.")
        raise NotValid(said, [FieldError("role", said, remedy)])
    if scope.kind == ScopeKind.ORGANISATION and person.organisation is None:
        person.organisation = queries.get_organisation(work.session, scope.code)
    return confirmed_grant(work, person, role, scope)


def confirmed_grant(work: Work, person: Person, role: str, scope: Scope) -> Grant:
    """A grant that holds from now on."""
    grant = Grant(
        person=person,
        role=role,
        scope=scope,
        starts=work.at,
        ends=None,
        state="confirmed",
        proposed_by=work.actor.id,
        decided_by=work.actor.id,
        decided_at=work.at,
    )
    work.session.add(grant)
    return grant


def _unfit(role: str, scope_code: str) -> NotValid:
    kinds = ", ".join(sorted(ROLES[role].scopes)) if role in ROLES else "none"
    said = Message(
        "The role {role} cannot be given on {scope}.", role=role[:40], scope=scope_code[:40]
    )
    remedy = Message("Name an existing scope of kind {kinds}.", kinds=kinds)
    return NotValid(said, [FieldError("scope", said, remedy)])


def change_password(work: Work, person_id: int, password_hash: str, keep_session: int) -> None:
    """Set a new password and end the person's other sessions."""
    person = work.session.get_one(Person, person_id)
    person.password_hash = password_hash
    person.version += 1
    end_sessions(work, person_id, keep=keep_session)


def disable_person(work: Work, email: str) -> None:
    """Disable an account for good: sessions and tokens end at once, bookings hear of it.

    Raises NotFound. The account is never deleted nor its address used again (21 CFR 11.100).
    """
    person = queries.get_person(work.session, email)
    work.lock([("person", person.email)])
    if person.active:
        person.state = "disabled"
        person.version += 1
    end_sessions(work, person.id)
    for token in work.session.scalars(
        select(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
    ):
        token.revoked_at = work.at
    work.announce(ValidityEnded("person", person.email, None, work.reason or "disabled"))


def end_sessions(work: Work, person_id: int, keep: int | None = None) -> None:
    """End a person's living sessions, but for the one to keep."""
    living = select(WebSession).where(
        WebSession.person_id == person_id, WebSession.ended_at.is_(None)
    )
    for web in work.session.scalars(living):
        if web.id != keep:
            web.ended_at = work.at
