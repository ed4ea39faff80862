"""Granting roles: proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hkbio_gmp.identity import notices, queries
from hkbio_gmp.identity.lifecycle import GRANTS, GrantState
from hkbio_gmp.identity.models import Grant, Person, Scope
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.rules.permissions import CONFIRMERS, ROLES, ScopeKind
from hkbio_gmp.identity.services.accounts import fitting_scope
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid, WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work

_LIVING = (GrantState.PROPOSED, GrantState.CONFIRMED)


def propose_grant(
    work: Work,
    principal: PersonPrincipal,
    email: str,
    role: str,
    scope_code: str,
    ends: datetime | None,
) -> Grant:
    """Propose a role; roles that are not GMP roles hold at once. ``ends`` in UTC.

    An organisation's role also makes the person a member of it. Raises NotFound; NotValid where
    role and scope do not fit, an end is missing or past, or the person has the role; NotAllowed
    for oneself; WrongState for a disabled account.
    """
    if not principal.may("identity:grant:propose"):
        raise NotFound()
    person = _lock_person(work, email)
    scope = fitting_scope(work, role, scope_code)
    _check_dates(work, role, ends)
    _check_person(work, principal, person)
    _check_new(work, person, role, scope)
    if scope.kind == ScopeKind.ORGANISATION and person.organisation is None:
        person.organisation = queries.get_organisation(work.session, scope.code)
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
    work.session.flush()
    if needs_second:
        _ask_facility(work, principal, grant)
    return grant


def _check_dates(work: Work, role: str, ends: datetime | None) -> None:
    said = None
    if ROLES[role].needs_end and ends is None:
        said = Message("The role {role} needs an end date.", role=role)
    elif ends is not None and ends <= work.at:
        said = Message("The end is in the past.")
    if said is not None:
        raise NotValid(said, [FieldError("ends", said, Message("Give a day after today."))])


def _check_person(work: Work, principal: PersonPrincipal, person: Person) -> None:
    if person.id == principal.person_id:
        raise NotAllowed(Message("No one grants a role to themselves."))
    if not person.active:
        raise WrongState(Message("The account is disabled; it gets no role any more."))


def _check_new(work: Work, person: Person, role: str, scope: Scope) -> None:
    held = work.session.scalars(
        select(Grant).where(
            Grant.person_id == person.id,
            Grant.role == role,
            Grant.scope_id == scope.id,
            Grant.state.in_(_LIVING),
        )
    )
    if any(grant.ends is None or grant.ends > work.at for grant in held):
        said = Message("The person has this role there already, or it waits for confirmation.")
        remedy = Message("End the present one first, or choose another role.")
        raise NotValid(said, [FieldError("role", said, remedy)])


def decide_grant(work: Work, principal: PersonPrincipal, grant_id: int, verb: str) -> Grant:
    """Confirm or refuse a proposed role: by that facility's manager or quality, never one's own.

    Raises NotFound, NotAllowed, WrongState, NotValid where refusing lacks a reason.
    """
    grant = _lock_grant(work, principal, grant_id, verb)
    row = GRANTS.get(GrantState(grant.state), verb)
    if "subject" in row.never and grant.person_id == principal.person_id:
        raise NotAllowed(Message("No one decides on a role of their own."))
    if "proposer" in row.never and grant.proposed_by == principal.code:
        raise NotAllowed(Message("Whoever proposed a role does not confirm it."))
    if verb == "confirm" and not grant.person.active:
        raise WrongState(Message("The account is disabled; it gets no role any more."))
    if row.needs_reason:
        _need_reason(work)
    grant.state = str(row.target)
    grant.decided_by = principal.code
    grant.decided_at = work.at
    _tell_person(work, grant)
    return grant


def end_grant(work: Work, principal: PersonPrincipal, grant_id: int) -> Grant:
    """End a role at once: the next request of its person no longer has it.

    Raises NotFound, WrongState, NotValid without a reason.
    """
    grant = _lock_grant(work, principal, grant_id, "end")
    row = GRANTS.get(GrantState(grant.state), "end")
    _need_reason(work)
    grant.state = str(row.target)
    if grant.starts < work.at and (grant.ends is None or grant.ends > work.at):
        grant.ends = work.at
    grant.decided_by = principal.code
    grant.decided_at = work.at
    _tell_person(work, grant)
    return grant


def _need_reason(work: Work) -> None:
    if not work.reason:
        said = Message("A reason is needed.")
        raise NotValid(said, [FieldError("reason", said, Message("Write why, in a sentence."))])


def _lock_grant(work: Work, principal: PersonPrincipal, grant_id: int, verb: str) -> Grant:
    """The grant, its person locked; a foreign grant and an absent one answer alike."""
    grant = work.session.get(Grant, grant_id)
    if grant is None or not principal.may(_permission(verb), facility=_facility(grant)):
        raise NotFound()
    _lock_person(work, grant.person.email)
    work.session.refresh(grant)
    return grant


def _permission(verb: str) -> str:
    found = {row.permission for row in GRANTS if row.verb == verb}
    if len(found) != 1:
        raise NotFound()
    return found.pop()


def _facility(grant: Grant) -> str:
    """The facility that decides; of another scope a name that no facility has."""
    return grant.scope.code if grant.scope.kind == ScopeKind.FACILITY else grant.scope.audit_code


def _lock_person(work: Work, email: str) -> Person:
    person = queries.get_person(work.session, email)
    work.lock([("person", person.email)])
    work.session.refresh(person)
    return person


def _ask_facility(work: Work, principal: PersonPrincipal, grant: Grant) -> None:
    asked = {
        person.id: person
        for role in CONFIRMERS
        for person in queries.people_with_role(work.session, role, grant.scope.code, work.at)
    }
    for person in asked.values():
        if person.id not in {grant.person_id, principal.person_id}:
            _queue(work, grant, person, notices.proposed(grant), "/admin/confirmations")


def _tell_person(work: Work, grant: Grant) -> None:
    if grant.person.active:
        _queue(work, grant, grant.person, notices.decided(grant, work.reason), "/account")


def _queue(work: Work, grant: Grant, to: queries.Someone, said: notices.Notice, link: str) -> None:
    queue_message(
        work.session,
        dedupe_key=f"grant:{grant.id}:{grant.state}:{to.code}",
        person_code=to.code,
        email=to.email,
        language=to.language,
        subject=said.subject,
        body=said.body,
        link=link,
        kind="role",
    )
