"""Granting roles: proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hkbio_gmp.identity import queries
from hkbio_gmp.identity.lifecycle import GRANTS, GrantState
from hkbio_gmp.identity.models import Grant, Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal, role_fits_scope
from hkbio_gmp.identity.rules.permissions import ROLES, ScopeKind
from hkbio_gmp.identity.services.accounts import _unfit, ensure_scope
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def propose_grant(
    work: Work,
    principal: PersonPrincipal,
    email: str,
    role: str,
    scope_code: str,
    ends: datetime | None,
) -> Grant:
    """Propose a role; roles that are not GMP roles hold at once. ``ends`` in UTC.

    Raises NotValid where role and scope do not fit, or an end is missing or past; NotAllowed for
    oneself.
    """
    person = queries.get_person(work.session, email)
    scope = queries.find_scope(work.session, scope_code)
    if scope_code.lower() == "system":
        scope = ensure_scope(work, ScopeKind.SYSTEM, "SYSTEM")
    if scope is None or not role_fits_scope(role, ScopeKind(scope.kind)):
        raise _unfit(role, scope_code)
    _check_dates(work, role, ends)
    if person.id == principal.person_id:
        raise NotAllowed(Message("No one grants a role to themselves."))
    needs_second = ROLES[role].gmp
    grant = Grant(
        person=person,
        role=role,
        scope=scope,
        starts=work.at,
        ends=ends,
        state=str(GrantState.PROPOSED if needs_second else GrantState.CONFIRMED),
        proposed_by=principal.code,
        decided_by=None if needs_second else principal.code,
        decided_at=None if needs_second else work.at,
    )
    work.session.add(grant)
    return grant


def _check_dates(work: Work, role: str, ends: datetime | None) -> None:
    said = None
    if ROLES[role].needs_end and ends is None:
        said = Message("The role {role} needs an end date.", role=role)
    elif ends is not None and ends <= work.at:
        said = Message("The end is in the past.")
    if said is not None:
        raise NotValid(said, [FieldError("ends", said, Message("Give a day after today."))])


def decide_grant(work: Work, principal: PersonPrincipal, grant_id: int, verb: str) -> Grant:
    """Confirm or refuse a proposed role. Raises NotFound, NotAllowed, WrongState."""
    grant = _lock_grant(work, grant_id)
    row = GRANTS.get(GrantState(grant.state), verb)
    if not principal.may(row.permission, facility=grant.scope.code):
        raise NotFound()
    if "subject" in row.never and grant.person_id == principal.person_id:
        raise NotAllowed(Message("No one decides on a role of their own."))
    if "proposer" in row.never and grant.proposed_by == principal.code:
        raise NotAllowed(Message("Whoever proposed a role does not confirm it."))
    grant.state = str(row.target)
    grant.decided_by = principal.code
    grant.decided_at = work.at
    return grant


def end_grant(work: Work, principal: PersonPrincipal, grant_id: int) -> Grant:
    """End a role at once: the next request of its person no longer has it.

    Raises NotFound, WrongState.
    """
    grant = _lock_grant(work, grant_id)
    row = GRANTS.get(GrantState(grant.state), "end")
    if not principal.may(row.permission, facility=grant.scope.code):
        raise NotFound()
    grant.state = str(row.target)
    grant.ends = work.at if grant.starts < work.at else grant.ends
    grant.decided_by = principal.code
    grant.decided_at = work.at
    return grant


def _lock_grant(work: Work, grant_id: int) -> Grant:
    owner = select(Person.email).join(Grant).where(Grant.id == grant_id)
    email = work.session.scalar(owner)
    if email is None:
        raise NotFound()
    work.lock([("person", email)])
    return work.session.get_one(Grant, grant_id)
