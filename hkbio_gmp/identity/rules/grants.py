"""When a grant of a role holds, and what a person's grants add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hkbio_gmp.identity.rules.permissions import ROLES, ScopeKind, permits
from hkbio_gmp.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A confirmed grant. ``starts`` and ``ends`` are instants in UTC; the end is not included."""

    role: str
    scope_kind: ScopeKind
    scope_code: str
    starts: datetime
    ends: datetime | None

    def holds_at(self, instant: datetime) -> bool:
        """Whether the grant holds at ``instant`` (UTC); it stops by itself at its end."""
        return self.starts <= instant and (self.ends is None or instant < self.ends)


@dataclass(frozen=True)
class PersonPrincipal:
    """A person with the rights of the roles that hold now."""

    person_id: int
    code: str
    email: str
    name: str
    organisation: str | None
    language: str
    grants: tuple[GrantFacts, ...]

    @property
    def actor(self) -> Actor:
        """As the audit log names them, with the first role held."""
        return Actor(self.code, self.name, self.grants[0].role if self.grants else "none")

    def acting_for(
        self, permission: str, *, facility: str | None = None, organisation: str | None = None
    ) -> Actor:
        """As the audit log names them, with the role that permits the act."""
        for grant in self._granting(permission):
            if _covers(grant, facility, organisation):
                return Actor(self.code, self.name, grant.role)
        return self.actor

    def may(
        self, permission: str, *, facility: str | None = None, organisation: str | None = None
    ) -> bool:
        """Whether a role grants ``permission``, in the facility or organisation where one is named.

        A grant covers an object when its scope is the object's facility, its organisation, or the
        system.
        """
        return any(_covers(g, facility, organisation) for g in self._granting(permission))

    def facilities(self, permission: str) -> frozenset[str] | None:
        """Facilities in which the permission holds by a facility role; None means all."""
        return self._scopes(permission, ScopeKind.FACILITY)

    def organisations(self, permission: str) -> frozenset[str] | None:
        """Organisations in which it holds by an organisation role; None means all."""
        return self._scopes(permission, ScopeKind.ORGANISATION)

    def has_role(self, role: str, scope_code: str | None = None) -> bool:
        """Whether the person holds a role, in that scope where one is named."""
        return any(
            g.role == role and (scope_code is None or g.scope_code == scope_code)
            for g in self.grants
        )

    def _granting(self, permission: str) -> list[GrantFacts]:
        return [grant for grant in self.grants if permits(grant.role, permission)]

    def _scopes(self, permission: str, kind: ScopeKind) -> frozenset[str] | None:
        grants = self._granting(permission)
        if any(grant.scope_kind is ScopeKind.SYSTEM for grant in grants):
            return None
        return frozenset(grant.scope_code for grant in grants if grant.scope_kind is kind)


def _covers(grant: GrantFacts, facility: str | None, organisation: str | None) -> bool:
    if grant.scope_kind is ScopeKind.SYSTEM or (facility is None and organisation is None):
        return True
    if grant.scope_kind is ScopeKind.FACILITY:
        return grant.scope_code == facility
    return grant.scope_code == organisation


def role_fits_scope(role: str, kind: ScopeKind) -> bool:
    """Whether the role may be granted on a scope of that kind."""
    return role in ROLES and kind in ROLES[role].scopes
