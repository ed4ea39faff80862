"""When a grant holds, where it reaches, and in whose role an act is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.identity.rules.grants import GrantFacts, PersonPrincipal
from hkbio_gmp.identity.rules.permissions import ROLES, ScopeKind

NOON = datetime(2027, 1, 13, 4, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(days=-400), timedelta(days=1200)).map(lambda d: NOON + d)
TICK = timedelta(microseconds=1)
CODES = st.sampled_from(["LCT", "CUHK", "STARTUP-A", "STARTUP-B"])
APPROVE, REQUEST = "booking:slot:approve", "booking:slot:request"


def grant(role: str, code: str, ends: datetime | None = None) -> GrantFacts:
    kind = sorted(ROLES[role].scopes)[0]
    return GrantFacts(role, kind, code, NOON, ends)


def principal(*grants: GrantFacts) -> PersonPrincipal:
    return PersonPrincipal(7, "U000007", "p@lct.example", "P", None, "en", grants)


@given(starts=INSTANTS, length=st.timedeltas(TICK, timedelta(days=900)), instant=INSTANTS)
def test_grant_holds_from_its_start_until_its_end_when_dated(
    starts: datetime, length: timedelta, instant: datetime
) -> None:
    ends = starts + length
    dated = GrantFacts("auditor", ScopeKind.SYSTEM, "SYSTEM", starts, ends)
    assert dated.holds_at(instant) is (starts <= instant < ends)
    assert not dated.holds_at(ends)
    assert dated.holds_at(ends - TICK)


@given(starts=INSTANTS, later=st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_grant_holds_on_when_it_has_no_end(starts: datetime, later: timedelta) -> None:
    assert GrantFacts("operator", ScopeKind.FACILITY, "LCT", starts, None).holds_at(starts + later)


@given(role=st.sampled_from(sorted(ROLES)), own=CODES, other=CODES)
def test_grant_reaches_no_other_scope_when_its_own_is_named(
    role: str, own: str, other: str
) -> None:
    if ScopeKind.SYSTEM in ROLES[role].scopes:
        return
    held = principal(grant(role, own))
    for permission in ROLES[role].permissions:
        assert held.may(permission)
        reached = held.may(permission, facility=other) or held.may(permission, organisation=other)
        assert reached is (own == other)


def test_facility_role_reaches_no_organisation_when_codes_are_alike() -> None:
    held = principal(grant("facility_manager", "CUHK"))
    assert held.may(APPROVE, facility="CUHK")
    assert not held.may(APPROVE, organisation="CUHK")


def test_system_role_reaches_everything_when_held() -> None:
    held = principal(GrantFacts("auditor", ScopeKind.SYSTEM, "SYSTEM", NOON, None))
    assert held.may("audit:log:read", facility="LCT")
    assert held.facilities("audit:log:read") is None
    assert held.organisations("audit:log:read") is None


def test_reach_lists_scopes_of_each_kind_when_roles_differ() -> None:
    held = principal(grant("requester", "STARTUP-A"), grant("operator", "LCT"))
    assert held.facilities("booking:slot:read") == frozenset({"LCT"})
    assert held.organisations("booking:slot:read") == frozenset({"STARTUP-A"})
    assert held.organisations(APPROVE) == held.facilities(APPROVE) == frozenset()


def test_act_shows_the_role_that_permits_it_when_several_are_held() -> None:
    held = principal(grant("requester", "STARTUP-A"), grant("facility_manager", "LCT"))
    assert held.actor.role == "requester"
    assert held.acting_for(APPROVE, facility="LCT").role == "facility_manager"
    assert held.acting_for(REQUEST, organisation="STARTUP-A").role == "requester"
    assert held.acting_for(APPROVE, facility="CUHK").role == "requester"


def test_nothing_is_allowed_when_no_role_is_held() -> None:
    nobody = principal()
    assert nobody.actor.role == "none"
    assert not nobody.may("reporting:dashboard:read")
    assert nobody.facilities("booking:slot:read") == frozenset()


@pytest.mark.parametrize(
    ("role", "code", "expected"),
    [("operator", None, True), ("operator", "LCT", True), ("operator", "CUHK", False)],
)
def test_role_is_known_by_its_scope_when_asked(role: str, code: str | None, expected: bool) -> None:
    assert principal(grant("operator", "LCT")).has_role(role, code) is expected
