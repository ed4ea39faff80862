"""Organisations, scopes and people's accounts."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from hkbio_gmp.identity import queries
from hkbio_gmp.identity.models import ApiToken, Grant, Invitation, Organisation, Person, Scope
from hkbio_gmp.identity.rules.grants import role_fits_scope
from hkbio_gmp.identity.rules.permissions import ROLES, ScopeKind
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.identity.services.sessions import end_sessions
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, run

_LONGEST_NAME = 100


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

    ``password_hash`` None: the person cannot sign in until an invitation is accepted. Raises
    NotValid for a malformed or taken address, or a name that cannot be printed; NotFound for an
    unknown organisation.
    """
    address, printed = _address(email), _name(name)
    if queries.find_person(work.session, address) is not None:
        said = Message("{email} has an account already, perhaps a disabled one.", email=address)
        raise NotValid(said, [FieldError("email", said, Message("Use another address."))])
    person = Person(
        email=address,
        name=printed,
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


def _name(name: str) -> str:
    """The name as signatures print it (21 CFR 11.50)."""
    tidy = " ".join(name.split())
    if tidy and tidy.isprintable() and len(tidy) <= _LONGEST_NAME:
        return tidy
    said = Message("A name needs 1 to {most} printable characters.", most=_LONGEST_NAME)
    remedy = Message("Write the name as signatures print it.")
    raise NotValid(said, [FieldError("name", said, remedy)])


def _address(email: str) -> str:
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        shown = email[:80].encode("ascii", "replace").decode()
        said = Message("{email} is not an e-mail address: {why}", email=shown, why=str(error))
        remedy = Message("Write it as name@example.org.")
        raise NotValid(said, [FieldError("email", said, remedy)]) from None
    return checked.normalized.lower()


def give_role(work: Work, person: Person, role: str, scope_code: str) -> Grant:
    """Give a confirmed role at once: the command line's way to the first accounts.

    An organisation's role also makes the person a member of it. Raises NotValid where role and
    scope do not fit, or where the role needs an end date.
    """
    scope = fitting_scope(work, role, scope_code)
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


def fitting_scope(work: Work, role: str, scope_code: str) -> Scope:
    """The scope of that code (or ``kind:code``) on which the role may be given.

    Raises NotValid where there is none, or two kinds share the code and both fit.
    """
    if scope_code.lower() == "system":
        ensure_scope(work, ScopeKind.SYSTEM, "SYSTEM")
    found = queries.find_scopes(work.session, scope_code)
    fit = [scope for scope in found if role_fits_scope(role, ScopeKind(scope.kind))]
    if len(fit) == 1:
        return fit[0]
    kinds = ", ".join(sorted(ROLES[role].scopes)) if role in ROLES else "none"
    said = Message(
        "The role {role} cannot be given on {scope}.", role=role[:40], scope=scope_code[:40]
    )
    remedy = Message("Name an existing scope of kind {kinds}.", kinds=kinds)
    if fit:
        names = ", ".join(scope.audit_code for scope in fit)
        remedy = Message("Name one of {names}.", names=names)
    raise NotValid(said, [FieldError("scope", said, remedy)])


def change_password(work: Work, person_id: int, password_hash: str, keep_session: int) -> None:
    """Set a new password; end the person's other sessions and open invitations."""
    person = work.session.get_one(Person, person_id)
    person.password_hash = password_hash
    person.version += 1
    end_sessions(work.session, person_id, keep=keep_session)
    end_invitations(work, person_id)


def choose_language(work: Work, person_id: int, language: str) -> None:
    """Choose the language of pages and messages: ``en`` or ``zh_Hant_HK``."""
    person = work.session.get_one(Person, person_id)
    if person.language != language:
        person.language = language
        person.version += 1


def disable_person(work: Work, email: str) -> None:
    """Disable an account for good: sessions and tokens end at once, bookings hear of it.

    Raises NotFound; NotAllowed for one's own. The account is never deleted nor its address used
    again (21 CFR 11.100).
    """
    person = queries.get_person(work.session, email)
    if work.actor.id == person.code:
        raise NotAllowed(Message("No one disables their own account."))
    work.lock([("person", person.email)])
    work.session.refresh(person)
    if person.active:
        person.state = "disabled"
        person.version += 1
    end_sessions(work.session, person.id)
    end_invitations(work, person.id)
    for token in work.session.scalars(
        select(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
    ):
        token.revoked_at = work.at
    work.session.flush()
    why = work.reason or "disabled"
    work.announce(ValidityEnded("person", person.email, None, why, "leaver"))


def end_invitations(work: Work, person_id: int) -> None:
    """Make every open invitation of a person worthless."""
    waiting = select(Invitation).where(
        Invitation.person_id == person_id, Invitation.ended_at.is_(None)
    )
    for invitation in work.session.scalars(waiting):
        invitation.ended_at = work.at
