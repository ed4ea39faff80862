"""Roles are proposed by one and confirmed by another; ends act at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from hkbio_gmp.identity.lifecycle import GrantState
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import DomainError, NotAllowed, NotFound, NotValid, WrongState
from tests.integration.identity.accounts import (
    NOW,
    Browser,
    add_account,
    at,
    browser,
    decide,
    disable,
    end,
    grants,
    messages,
    principal,
    propose,
)

NEWCOMER = "newcomer@lct.example"
MANAGER, QUALITY = "manager@lct.example", "quality@lct.example"
CHECK_IN = "booking:session:check_in"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cast:
    """Who plays: an administrator, people of both facilities, a newcomer."""

    admin: PersonPrincipal
    manager: PersonPrincipal
    quality: PersonPrincipal
    elsewhere: PersonPrincipal
    newcomer: PersonPrincipal


@pytest.fixture
def cast(site: Flask) -> Cast:
    return Cast(
        add_account("admin@system.example", "admin"),
        add_account(MANAGER, "facility_manager", "LCT"),
        add_account(QUALITY, "quality", "LCT"),
        add_account("manager@cuhk.example", "facility_manager", "CUHK"),
        add_account(NEWCOMER),
    )


def proposed(cast: Cast, role: str = "operator") -> int:
    return propose(cast.admin, NEWCOMER, role, "LCT")


@pytest.mark.parametrize("who", ["manager", "quality"])
def test_role_holds_once_the_facility_confirms_when_proposed(cast: Cast, who: str) -> None:
    grant = proposed(cast)
    assert not principal(NEWCOMER).may(CHECK_IN)
    decide(getattr(cast, who), grant, "confirm")
    assert principal(NEWCOMER).may(CHECK_IN, facility="LCT")
    assert not principal(NEWCOMER).may(CHECK_IN, facility="CUHK")


def test_people_are_told_when_a_role_is_proposed_and_decided(cast: Cast) -> None:
    grant = proposed(cast)
    asked = "A role at LCT waits for your confirmation"
    assert messages(MANAGER) == messages(QUALITY) == [asked]
    assert messages("manager@cuhk.example") == []
    decide(cast.quality, grant, "confirm")
    end(cast.admin, grant)
    assert messages(NEWCOMER) == [
        "Your role Operator at LCT is confirmed",
        "Your role Operator at LCT has ended",
    ]


@pytest.mark.parametrize("verb", ["confirm", "refuse"])
@pytest.mark.parametrize("who", ["elsewhere", "newcomer", "admin"])
def test_grant_is_not_found_when_decided_from_outside(cast: Cast, who: str, verb: str) -> None:
    with pytest.raises(NotFound) as foreign:
        decide(getattr(cast, who), proposed(cast), verb, "because")
    with pytest.raises(NotFound) as absent:
        decide(getattr(cast, who), 999, verb, "because")
    assert foreign.value.detail == absent.value.detail
    assert grants(NEWCOMER)[0].state == "proposed"


def test_foreign_grant_is_not_found_when_it_was_decided_before(cast: Cast) -> None:
    grant = proposed(cast)
    decide(cast.manager, grant, "confirm")
    with pytest.raises(NotFound):
        decide(cast.elsewhere, grant, "confirm")


def test_nobody_decides_on_a_role_of_their_own_when_asked(cast: Cast) -> None:
    grant = propose(cast.admin, MANAGER, "quality", "LCT")
    for verb in ("confirm", "refuse"):
        with pytest.raises(NotAllowed):
            decide(cast.manager, grant, verb, "mine")
    decide(cast.quality, grant, "confirm")


def test_proposer_does_not_confirm_when_they_hold_both_roles(cast: Cast) -> None:
    both = propose(cast.admin, "manager@cuhk.example", "quality", "LCT")
    decide(cast.quality, both, "confirm")
    add_account("second@system.example", "admin")
    giver = principal("second@system.example")
    propose(giver, "admin@system.example", "facility_manager", "LCT")
    decide(cast.quality, grants("admin@system.example")[0].id, "confirm")
    grant = propose(principal("admin@system.example"), NEWCOMER, "operator", "LCT")
    with pytest.raises(NotAllowed):
        decide(principal("admin@system.example"), grant, "confirm")


def test_nobody_proposes_a_role_for_themselves_when_administering(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        propose(cast.admin, cast.admin.email, "operator", "LCT")


def test_role_is_not_proposed_when_the_proposer_is_no_administrator(
    cast: Cast, subtests: pytest.Subtests
) -> None:
    for who in ["manager", "quality", "newcomer"]:
        with subtests.test(who=who):
            with pytest.raises(NotFound):
                propose(getattr(cast, who), NEWCOMER, "operator", "LCT")
            assert grants(NEWCOMER) == []


def test_role_is_refused_at_its_field_when_it_does_not_fit(
    cast: Cast, subtests: pytest.Subtests
) -> None:
    for role, scope, ends, field in [
        ("operator", "STARTUP-A", None, "scope"),
        ("operator", "system", None, "scope"),
        ("requester", "LCT", None, "scope"),
        ("root", "LCT", None, "scope"),
        ("operator", "NOWHERE", None, "scope"),
        ("operator", "LCT\x00", None, "scope"),
        ("operator", "organisation:LCT", None, "scope"),
        ("auditor", "LCT", None, "ends"),
        ("auditor", "LCT", NOW, "ends"),
        ("operator", "LCT", NOW - DAY, "ends"),
    ]:
        with subtests.test(role=role, scope=scope, ends=ends, field=field):
            with pytest.raises(NotValid) as refused:
                propose(cast.admin, NEWCOMER, role, scope, ends)
            assert [error.field for error in refused.value.errors] == [field]
            assert grants(NEWCOMER) == []


def test_role_is_refused_when_the_person_has_it_already(cast: Cast) -> None:
    grant = proposed(cast)
    with pytest.raises(NotValid):
        proposed(cast)
    decide(cast.manager, grant, "confirm")
    with pytest.raises(NotValid):
        proposed(cast)
    end(cast.admin, grant)
    decide(cast.manager, proposed(cast), "confirm")
    assert principal(NEWCOMER).may(CHECK_IN)


def test_startup_role_holds_at_once_when_proposed(cast: Cast) -> None:
    propose(cast.admin, NEWCOMER, "requester", "STARTUP-A")
    held = principal(NEWCOMER)
    assert held.organisation == "STARTUP-A"
    assert held.organisations("booking:slot:request") == frozenset({"STARTUP-A"})


def test_auditor_reads_until_the_end_and_no_longer_when_dated(cast: Cast) -> None:
    propose(cast.admin, NEWCOMER, "auditor", "system", NOW + DAY)
    with at(DAY - timedelta(microseconds=1)):
        assert principal(NEWCOMER).may("audit:log:read")
    with at(DAY):
        assert not principal(NEWCOMER).may("audit:log:read")


def test_role_is_gone_at_once_when_ended(cast: Cast) -> None:
    grant = proposed(cast)
    decide(cast.manager, grant, "confirm")
    with at(DAY):
        end(cast.admin, grant)
        assert not principal(NEWCOMER).may(CHECK_IN)
    assert grants(NEWCOMER)[0].ends == NOW + DAY


def test_past_end_stays_when_an_expired_role_is_ended(cast: Cast) -> None:
    propose(cast.admin, NEWCOMER, "auditor", "LCT", NOW + DAY)
    with at(5 * DAY):
        end(cast.admin, grants(NEWCOMER)[0].id)
    assert grants(NEWCOMER)[0].ends == NOW + DAY


@pytest.mark.parametrize("verb", ["refuse", "end"])
def test_reason_is_demanded_when_a_role_is_refused_or_ended(cast: Cast, verb: str) -> None:
    grant = proposed(cast)
    with pytest.raises(NotValid) as refused:
        decide(cast.manager, grant, verb) if verb == "refuse" else end(cast.admin, grant, None)
    assert [error.field for error in refused.value.errors] == ["reason"]


def moved(cast: Cast, state: GrantState) -> int:
    grant = proposed(cast)
    if state is GrantState.CONFIRMED:
        decide(cast.manager, grant, "confirm")
    if state is GrantState.REFUSED:
        decide(cast.manager, grant, "refuse", "not trained")
    if state is GrantState.ENDED:
        end(cast.admin, grant)
    return grant


@pytest.mark.parametrize("verb", ["confirm", "refuse", "end"])
@pytest.mark.parametrize("state", list(GrantState))
def test_command_follows_the_table_when_tried_in_each_state(
    cast: Cast, state: GrantState, verb: str
) -> None:
    grant = moved(cast, state)
    legal = state is GrantState.PROPOSED or (state is GrantState.CONFIRMED and verb == "end")
    refused: DomainError | None = None
    try:
        end(cast.admin, grant) if verb == "end" else decide(cast.quality, grant, verb, "why")
    except WrongState as error:
        refused = error
    assert (refused is None) is legal
    if not legal:
        assert grants(NEWCOMER)[0].state == state


def test_disabled_person_gets_no_role_when_proposed_or_confirmed(cast: Cast) -> None:
    grant = proposed(cast)
    disable(NEWCOMER)
    with pytest.raises(WrongState):
        decide(cast.manager, grant, "confirm")
    with pytest.raises(WrongState):
        propose(cast.admin, NEWCOMER, "requester", "STARTUP-A")


@pytest.fixture
def managing(site: Flask, cast: Cast) -> Browser:
    found = browser(site)
    found.sign_in(MANAGER)
    return found


def test_manager_confirms_on_the_page_when_a_role_waits(cast: Cast, managing: Browser) -> None:
    grant = proposed(cast)
    assert NEWCOMER in managing.get("/admin/confirmations").text
    answer = managing.post(f"/admin/confirmations/{grant}/refuse")
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert managing.post(f"/admin/confirmations/{grant}/confirm").status_code == 302
    assert principal(NEWCOMER).may(CHECK_IN)
    assert managing.post(f"/admin/confirmations/{grant}/confirm").status_code == 409


def test_page_is_not_found_when_the_grant_is_absent(
    managing: Browser, subtests: pytest.Subtests
) -> None:
    for key in ["999", str(10**30), "-1", "x"]:
        with subtests.test(key=key):
            assert managing.post(f"/admin/confirmations/{key}/confirm").status_code == 404


def test_foreign_facility_sees_nothing_when_a_role_waits(site: Flask, cast: Cast) -> None:
    grant = proposed(cast)
    other = browser(site)
    other.sign_in("manager@cuhk.example")
    assert NEWCOMER not in other.get("/admin/confirmations").text
    assert other.post(f"/admin/confirmations/{grant}/confirm").status_code == 404
