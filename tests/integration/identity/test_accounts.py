"""Accounts: added once, disabled for good, never deleted; tokens; invitations."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import services
from hkbio_gmp.identity.models import ApiToken, Invitation, Person
from hkbio_gmp.identity.services import tokens
from hkbio_gmp.kernel import events
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.kernel.errors import DomainError, NotAllowed, NotFound, NotValid, WrongState
from tests.integration.identity.accounts import (
    CLI,
    PASSWORD,
    Browser,
    add_account,
    at,
    browser,
    count,
    disable,
    person,
    principal,
)

EMAIL = "operator@lct.example"
NEW = "another phrase of tests"
DAY = timedelta(days=1)


def add(email: str, name: str = "Name") -> str:
    return work.run(
        CLI, "identity:person:added", None, lambda unit: services.add_person(unit, email, name).code
    )


def token(email: str = EMAIL, *, days: int = 90, read_only: bool = False) -> str:
    return work.run(
        CLI,
        "identity:token:created",
        None,
        lambda unit: services.create_token(unit, email, "t", days=days, read_only=read_only),
    )


def invite(email: str = EMAIL) -> str:
    return work.run(
        CLI, "identity:person:invited", None, lambda unit: services.invite_person(unit, email)
    )


def test_address_is_refused_when_it_is_malformed(site: Flask, subtests: pytest.Subtests) -> None:
    for email in [
        "",
        "x",
        "x@",
        "@x.example",
        "a b@x.example",
        "x" * 300 + "@x.example",
        "a\x00@x.org",
    ]:
        with subtests.test(email=email):
            with pytest.raises(NotValid) as refused:
                add(email)
            assert [error.field for error in refused.value.errors] == ["email"]


def test_name_is_refused_when_signatures_could_not_print_it(
    site: Flask, subtests: pytest.Subtests
) -> None:
    for name in ["", "  ", "a\x00b", "x" * 101, "\u202ename"]:
        with subtests.test(name=name):
            with pytest.raises(NotValid) as refused:
                add(EMAIL, name)
            assert [error.field for error in refused.value.errors] == ["name"]


@pytest.mark.parametrize("name", ["陳示範", "O'Name-Smith", "  Two   Words "])
def test_name_is_taken_when_it_prints(site: Flask, name: str) -> None:
    add(EMAIL, name)
    assert person(EMAIL).name == " ".join(name.split())


@pytest.mark.parametrize("again", [EMAIL, EMAIL.upper(), f" {EMAIL} "])
def test_address_is_never_given_twice_when_its_person_is_gone(site: Flask, again: str) -> None:
    add(EMAIL)
    disable(EMAIL)
    with pytest.raises(NotValid):
        add(again)


def test_person_is_kept_when_deleted_by_any_hand(site: Flask) -> None:
    add(EMAIL)

    def command(unit: work.Work) -> None:
        unit.session.delete(unit.session.query(Person).one())

    with pytest.raises(DBAPIError):
        work.run(CLI, "identity:person:deleted", "tidy", command)
    assert count(Person) == 1


def test_first_person_is_added_with_a_role_when_the_command_line_asks(site: Flask) -> None:
    code = services.run_add_person(
        CLI, email=EMAIL, name="First", role="operator", scope_code="LCT", password=PASSWORD
    )
    assert code == person(EMAIL).code
    assert principal(EMAIL).facilities("booking:session:check_in") == frozenset({"LCT"})


def test_nothing_is_written_when_the_command_line_asks_for_what_does_not_fit(
    site: Flask, subtests: pytest.Subtests
) -> None:
    for role, scope, password in [
        ("operator", "NOWHERE", PASSWORD),
        ("operator", "STARTUP-A", PASSWORD),
        ("auditor", "LCT", PASSWORD),
        ("operator", "LCT", "short"),
    ]:
        with subtests.test(role=role, scope=scope, password=password):
            with pytest.raises(NotValid):
                services.run_add_person(
                    CLI, email=EMAIL, name="First", role=role, scope_code=scope, password=password
                )
            assert count(Person) == 0


def test_bookings_hear_of_it_when_a_person_is_disabled(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []

    def hear(_unit: work.Work, event: object) -> list[object]:
        heard.append(event)
        return []

    monkeypatch.setattr(events, "announce", hear)
    add(EMAIL)
    disable(EMAIL)
    assert heard == [events.ValidityEnded("person", EMAIL, None, "left", "leaver")]
    assert person(EMAIL).state == "disabled"


def test_tokens_and_invitations_end_when_a_person_is_disabled(site: Flask) -> None:
    add_account(EMAIL, "operator", "LCT")
    secret, link = token(), invite()
    disable(EMAIL)
    assert tokens.principal_for_token(db.session, secret) is None
    assert db.session.query(ApiToken).one().revoked_at is not None
    assert browser(site).get(f"/invitation?key={link}").status_code == 404
    for command in (token, invite):
        with pytest.raises(WrongState):
            command()


def test_nobody_disables_their_own_account_when_administering(site: Flask) -> None:
    admin = add_account("admin@system.example", "admin")
    with pytest.raises(NotAllowed):
        work.run(
            admin.actor,
            "identity:person:disabled",
            "tired",
            lambda unit: services.disable_person(unit, admin.email),
        )


def test_nothing_is_found_when_the_person_is_absent(site: Flask, subtests: pytest.Subtests) -> None:
    for email in ["nobody@lct.example", "\x00", ""]:
        with subtests.test(email=email):
            for command in (disable, token, invite):
                with pytest.raises(NotFound):
                    command(email)


@pytest.mark.parametrize(("later", "living"), [(0, True), (29, True), (30, False), (31, False)])
def test_token_opens_until_its_end_when_used(site: Flask, later: int, living: bool) -> None:
    add_account(EMAIL, "operator", "LCT")
    secret = token(days=30, read_only=True)
    with at(later * DAY):
        holder = tokens.principal_for_token(db.session, secret)
    assert (holder is not None) is living
    if holder is not None:
        assert (holder.principal.email, holder.read_only) == (EMAIL, True)


def test_token_opens_nothing_when_it_is_made_up(site: Flask, subtests: pytest.Subtests) -> None:
    for secret in ["", "guess", "\x00", "x" * 10_000, "é"]:
        with subtests.test(secret=secret):
            assert tokens.principal_for_token(db.session, secret) is None


def test_token_is_revoked_by_its_own_person_alone_when_asked(site: Flask) -> None:
    own, other = add_account(EMAIL, "operator", "LCT"), add_account("o@lct.example")
    secret = token()
    key = db.session.query(ApiToken).one().id
    assert revoke(other.actor, other.person_id, key) is NotFound
    assert tokens.principal_for_token(db.session, secret) is not None
    assert revoke(own.actor, own.person_id, key) is None
    assert tokens.principal_for_token(db.session, secret) is None


def revoke(actor: Actor, person_id: int, key: int) -> type[DomainError] | None:
    try:
        work.run(
            actor,
            "identity:token:revoked",
            None,
            lambda unit: services.revoke_token(unit, person_id, key),
        )
    except DomainError as error:
        return type(error)
    return None


def choose(who: Browser, key: str, password: str = NEW, again: str | None = None) -> int:
    data = {"password": password, "again": password if again is None else again}
    return who.post(f"/invitation?key={key}", data=data).status_code


def test_person_signs_in_when_the_link_was_followed(browser: Browser) -> None:
    add(EMAIL)
    link = invite()
    assert EMAIL in browser.get(f"/invitation?key={link}").text
    assert choose(browser, link) == 302
    assert browser.sign_in(EMAIL, NEW).status_code == 302


def test_link_is_good_once_when_followed_twice(browser: Browser) -> None:
    add(EMAIL)
    link = invite()
    choose(browser, link)
    assert choose(browser, link, "a third phrase of tests") == 404
    assert browser.sign_in(EMAIL, NEW).status_code == 302


@pytest.mark.parametrize(("hours", "status"), [(71, 200), (72, 404)])
def test_link_is_good_for_three_days_when_it_waits(
    browser: Browser, hours: int, status: int
) -> None:
    add(EMAIL)
    link = invite()
    with at(timedelta(hours=hours)):
        assert browser.get(f"/invitation?key={link}").status_code == status


def test_earlier_link_ends_when_another_is_sent(browser: Browser) -> None:
    add(EMAIL)
    first, second = invite(), invite()
    assert choose(browser, first) == 404
    assert choose(browser, second) == 302


def test_link_is_not_found_when_made_up(browser: Browser, subtests: pytest.Subtests) -> None:
    for key in ["", "guess", "%00", "x" * 3000]:
        with subtests.test(key=key):
            assert browser.get(f"/invitation?key={key}").status_code == 404


@pytest.mark.parametrize(
    ("password", "again"), [("short", None), (NEW, "other"), ("aaaaaaaaaaaaa", None), ("", "")]
)
def test_link_stays_good_when_the_password_is_refused(
    browser: Browser, password: str, again: str | None
) -> None:
    add(EMAIL)
    link = invite()
    assert choose(browser, link, password, again) == 422
    assert choose(browser, link) == 302


def test_sessions_end_and_the_lock_lifts_when_a_password_is_chosen_anew(
    site: Flask, browser: Browser
) -> None:
    add_account(EMAIL, "operator", "LCT")
    browser.sign_in(EMAIL)
    link = invite()
    visitor = Browser(site, site.response_class)
    for _ in range(5):
        visitor.sign_in(EMAIL, "wrong")
    choose(visitor, link)
    assert not browser.is_in()
    assert visitor.sign_in(EMAIL, NEW).status_code == 302


def test_log_shows_no_secret_when_accounts_are_used(site: Flask, browser: Browser) -> None:
    add(EMAIL)
    secrets = [invite(), token()]
    choose(browser, secrets[0])
    digests = [row.digest for row in db.session.query(ApiToken)]
    digests += [row.digest for row in db.session.query(Invitation)]
    leaves = "\n".join(
        str(row[0]) for row in db.session.execute(db.text("SELECT leaf FROM audit_entry"))
    )
    assert re.search(r'"password_hash":\[null,"changed"\]', leaves)
    assert not [hidden for hidden in (*secrets, *digests, "argon2", NEW) if hidden in leaves]
