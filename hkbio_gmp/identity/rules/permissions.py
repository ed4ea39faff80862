"""The contract's tables of roles, as data in one place: who may do what, in which scope."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hkbio_gmp.kernel.messages import N_


class ScopeKind(StrEnum):
    """Where a role holds."""

    SYSTEM = "system"
    FACILITY = "facility"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: where it may be granted, what it permits, whether it is a GMP role.

    GMP roles at a facility are proposed by admin and confirmed by that facility (draft Annex 11:
    administrators stand apart from GMP work).
    """

    code: str
    title: str
    scopes: frozenset[ScopeKind]
    permissions: frozenset[str]
    gmp: bool = False
    needs_end: bool = False


_EVERYONE = {"reporting:dashboard:read", "notifications:inbox:read", "facilities:facility:read"}
_READ_BOOKING = {"booking:slot:search", "booking:slot:read"}
_REQUESTER = _READ_BOOKING | {
    "booking:slot:request",
    "booking:slot:submit",
    "booking:slot:cancel",
    "booking:slot:propose_move",
    "booking:slot:accept",
    "booking:slot:decline",
    "facilities:project:read",
    "facilities:batch:read",
    "certification:certificate:read",
    "certification:certificate:submit",
    "identity:organisation:read",
}
_ORGANISATION_ADMIN = _REQUESTER | {
    "facilities:project:propose",
    "facilities:batch:register",
    "identity:person:read",
}
_SPONSOR_QUALITY = _READ_BOOKING | {
    "facilities:project:read",
    "facilities:batch:read",
    "certification:certificate:read",
    "identity:organisation:read",
}
_OPERATOR = _READ_BOOKING | {
    "booking:outage:read",
    "booking:session:check_in",
    "booking:session:check_out",
    "booking:session:abort",
    "booking:session:perform_clearance",
    "booking:session:verify_clearance",
    "facilities:project:read",
    "facilities:batch:read",
    "certification:certificate:read",
    "certification:certificate:submit",
}
_QUALITY_CONTROL = _READ_BOOKING | {"certification:certificate:read", "booking:outage:read"}
_MANAGER = _OPERATOR | {
    "booking:slot:approve",
    "booking:slot:reject",
    "booking:slot:counter_offer",
    "booking:slot:cancel",
    "booking:slot:propose_move",
    "booking:slot:accept",
    "booking:slot:decline",
    "booking:outage:plan",
    "facilities:facility:edit",
    "reporting:utilisation:read",
    "identity:person:read",
    "identity:grant:confirm",
    "identity:organisation:read",
    "audit:log:read",
    "audit:log:verify",
}
_QUALITY = _OPERATOR | {
    "booking:slot:approve",
    "booking:slot:countersign",
    "booking:slot:reject",
    "certification:certificate:verify",
    "certification:certificate:reject",
    "certification:certificate:suspend",
    "certification:certificate:reinstate",
    "certification:certificate:withdraw",
    "facilities:project:accept",
    "facilities:project:close",
    "identity:person:read",
    "identity:grant:confirm",
    "identity:organisation:read",
    "audit:log:read",
    "audit:log:verify",
    "reporting:utilisation:read",
}
_AUTHORIZED_PERSON = _READ_BOOKING | {
    "booking:outage:read",
    "facilities:project:read",
    "facilities:batch:read",
    "certification:certificate:read",
    "audit:log:read",
}
_AUDITOR = _READ_BOOKING | {
    "booking:outage:read",
    "facilities:project:read",
    "facilities:batch:read",
    "certification:certificate:read",
    "identity:organisation:read",
    "identity:person:read",
    "reporting:utilisation:read",
    "audit:log:read",
    "audit:log:verify",
    "audit:log:export",
}
_PROGRAMME = {"reporting:utilisation:read"}
_ADMIN = {
    "identity:person:read",
    "identity:person:invite",
    "identity:person:disable",
    "identity:grant:propose",
    "identity:grant:end",
    "identity:organisation:read",
    "admin:settings:read",
    "audit:log:read",
    "audit:log:verify",
    "audit:access:read",
}

_FACILITY = frozenset({ScopeKind.FACILITY})
_ORGANISATION = frozenset({ScopeKind.ORGANISATION})
_SYSTEM = frozenset({ScopeKind.SYSTEM})


def _role(
    code: str,
    title: str,
    scopes: frozenset[ScopeKind],
    permissions: set[str],
    *,
    gmp: bool = False,
    needs_end: bool = False,
) -> Role:
    return Role(code, title, scopes, frozenset(permissions | _EVERYONE), gmp, needs_end)


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role("requester", N_("Requester"), _ORGANISATION, _REQUESTER),
        _role("organisation_admin", N_("Organisation admin"), _ORGANISATION, _ORGANISATION_ADMIN),
        _role("sponsor_quality", N_("Sponsor quality"), _ORGANISATION, _SPONSOR_QUALITY),
        _role("operator", N_("Operator"), _FACILITY, _OPERATOR, gmp=True),
        _role("quality_control", N_("Quality control"), _FACILITY, _QUALITY_CONTROL, gmp=True),
        _role("facility_manager", N_("Facility manager"), _FACILITY, _MANAGER, gmp=True),
        _role("quality", N_("Quality"), _FACILITY, _QUALITY, gmp=True),
        _role(
            "authorized_person", N_("Authorized Person"), _FACILITY, _AUTHORIZED_PERSON, gmp=True
        ),
        _role("auditor", N_("Auditor"), frozenset(ScopeKind), _AUDITOR, needs_end=True),
        _role("programme", N_("Programme"), _SYSTEM, _PROGRAMME),
        _role("admin", N_("Administrator"), _SYSTEM, _ADMIN),
    )
}

# Who confirms a GMP role at a facility (contract: never for oneself, never whoever proposed it).
CONFIRMERS = ("facility_manager", "quality")


def permits(role: str, permission: str) -> bool:
    """Whether a role includes a permission; an unknown role includes none."""
    found = ROLES.get(role)
    return found is not None and permission in found.permissions
