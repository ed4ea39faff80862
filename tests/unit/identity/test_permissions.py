"""The contract's table of roles, written down a second time and compared."""

from __future__ import annotations

import pytest

from hkbio_gmp.identity.rules.grants import role_fits_scope
from hkbio_gmp.identity.rules.permissions import CONFIRMERS, ROLES, ScopeKind, permits

STARTUP = {"requester", "organisation_admin"}
FLOOR = {"operator", "facility_manager", "quality"}
GMP = {"operator", "quality_control", "facility_manager", "quality", "authorized_person"}

# verb → every role that may; all others may not
WHO_MAY: dict[str, set[str]] = {
    "booking:slot:request": STARTUP,
    "booking:slot:submit": STARTUP,
    "booking:slot:cancel": STARTUP | {"facility_manager"},
    "booking:slot:propose_move": STARTUP | {"facility_manager"},
    "booking:slot:accept": STARTUP | {"facility_manager"},
    "booking:slot:decline": STARTUP | {"facility_manager"},
    "booking:slot:search": set(ROLES) - {"programme", "admin"},
    "booking:slot:read": set(ROLES) - {"programme", "admin"},
    "booking:slot:approve": {"facility_manager", "quality"},
    "booking:slot:reject": {"facility_manager", "quality"},
    "booking:slot:countersign": {"quality"},
    "booking:slot:counter_offer": {"facility_manager"},
    "booking:outage:plan": {"facility_manager"},
    "booking:session:check_in": FLOOR,
    "booking:session:check_out": FLOOR,
    "booking:session:abort": FLOOR,
    "booking:session:perform_clearance": FLOOR,
    "booking:session:verify_clearance": FLOOR,
    "certification:certificate:submit": STARTUP | FLOOR,
    "certification:certificate:verify": {"quality"},
    "certification:certificate:reject": {"quality"},
    "certification:certificate:suspend": {"quality"},
    "certification:certificate:reinstate": {"quality"},
    "certification:certificate:withdraw": {"quality"},
    "facilities:facility:read": set(ROLES),
    "facilities:facility:edit": {"facility_manager"},
    "facilities:project:propose": {"organisation_admin"},
    "facilities:batch:register": {"organisation_admin"},
    "facilities:project:accept": {"quality"},
    "facilities:project:close": {"quality"},
    "identity:person:invite": {"admin"},
    "identity:person:disable": {"admin"},
    "identity:grant:propose": {"admin"},
    "identity:grant:confirm": {"facility_manager", "quality"},
    "identity:grant:end": {"admin"},
    "audit:log:read": {"facility_manager", "quality", "authorized_person", "auditor", "admin"},
    "audit:log:export": {"auditor"},
    "audit:access:read": {"admin"},
    "reporting:utilisation:read": {"facility_manager", "quality", "auditor", "programme"},
    "reporting:dashboard:read": set(ROLES),
    "notifications:inbox:read": set(ROLES),
}
SCOPES = {
    "requester": {"organisation"},
    "organisation_admin": {"organisation"},
    "sponsor_quality": {"organisation"},
    "operator": {"facility"},
    "quality_control": {"facility"},
    "facility_manager": {"facility"},
    "quality": {"facility"},
    "authorized_person": {"facility"},
    "auditor": {"facility", "organisation", "system"},
    "programme": {"system"},
    "admin": {"system"},
}
WRITES = {"read", "search", "verify", "export"}


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("permission", sorted(WHO_MAY))
def test_role_permits_what_the_contract_says_when_asked(role: str, permission: str) -> None:
    assert permits(role, permission) is (role in WHO_MAY[permission])


@pytest.mark.parametrize("kind", list(ScopeKind))
@pytest.mark.parametrize("role", sorted(SCOPES))
def test_role_fits_its_scopes_alone_when_granted(role: str, kind: ScopeKind) -> None:
    assert role_fits_scope(role, kind) is (kind in SCOPES[role])


def test_gmp_roles_need_a_second_person_when_granted() -> None:
    assert {code for code, role in ROLES.items() if role.gmp} == GMP
    assert all(permits(role, "identity:grant:confirm") for role in CONFIRMERS)


def test_auditor_alone_needs_an_end_when_granted() -> None:
    assert {code for code, role in ROLES.items() if role.needs_end} == {"auditor"}


def test_auditor_writes_nothing_when_reading() -> None:
    verbs = {permission.split(":")[2] for permission in ROLES["auditor"].permissions}
    assert verbs <= WRITES


def test_admin_has_no_gmp_verb_when_administering() -> None:
    features = {permission.split(":")[0] for permission in ROLES["admin"].permissions}
    assert not features & {"booking", "certification", "quality"}


def test_programme_sees_no_organisation_when_reporting() -> None:
    assert not permits("programme", "identity:organisation:read")
    assert not permits("programme", "booking:slot:read")


@pytest.mark.parametrize("role", ["", "root", "ADMIN", "quality "])
def test_nothing_is_permitted_when_the_role_is_unknown(role: str) -> None:
    assert not any(permits(role, permission) for permission in WHO_MAY)
    assert not any(role_fits_scope(role, kind) for kind in ScopeKind)


def test_permissions_name_feature_subject_and_verb_when_listed() -> None:
    every = {permission for role in ROLES.values() for permission in role.permissions}
    assert all(len(permission.split(":")) == 3 for permission in every)
