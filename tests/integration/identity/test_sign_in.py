"""Signing in: one answer, the lock, what the access log says, the limit per address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from hkbio_gmp.extensions import limiter
from tests.integration.identity.accounts import (
    MINUTE,
    PASSWORD,
    Browser,
    add_account,
    at,
    disable,
    events,
    messages,
    settings,
)

OPERATOR = "operator@lct.example"
ADMIN = "admin@system.example"
TOKEN = re.compile(r'(name="csrf_token"[^>]*value=")[^"]*')


@pytest.fixture
def operator(site: Flask) -> None:
    add_account(OPERATOR, "operator", "LCT")


def fail(browser: Browser, times: int = 1) -> None:
    for _ in range(times):
        assert browser.sign_in(OPERATOR, "wrong").status_code == 401


def test_page_opens_when_the_password_is_right(browser: Browser, operator: None) -> None:
    assert not browser.is_in()
    answer = browser.sign_in(OPERATOR.upper())
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.is_in()
    assert events() == [("signed in", "")]


def test_answer_is_one_and_the_same_when_refused_for_any_reason(
    browser: Browser, operator: None
) -> None:
    add_account("gone@lct.example", "operator", "LCT")
    disable("gone@lct.example")
    add_account("locked@lct.example", "operator", "LCT")
    for _ in range(5):
        browser.sign_in("locked@lct.example", "wrong")
    told = set()
    for email, typed in [
        ("nobody@lct.example", PASSWORD),
        (OPERATOR, "wrong"),
        ("gone@lct.example", PASSWORD),
        ("locked@lct.example", PASSWORD),
    ]:
        answer = browser.sign_in(email, typed)
        text = TOKEN.sub("", answer.text).replace(email, "ADDRESS")
        told.add((answer.status_code, text))
    assert len(told) == 1
    assert not browser.is_in()


def test_account_locks_with_notices_when_failures_repeat(browser: Browser, operator: None) -> None:
    add_account(ADMIN, "admin")
    fail(browser, 4)
    assert messages(OPERATOR) == []
    fail(browser)
    assert messages(OPERATOR) == ["Your account is locked after repeated failures to sign in"]
    assert len(messages(ADMIN)) == 1
    assert browser.sign_in(OPERATOR).status_code == 401
    assert events()[-1] == ("sign-in refused", "locked")


def test_lock_ends_by_itself_when_its_time_is_over(browser: Browser, operator: None) -> None:
    fail(browser, 5)
    with at(15 * MINUTE - timedelta(microseconds=1)):
        assert browser.sign_in(OPERATOR).status_code == 401
    with at(15 * MINUTE):
        assert browser.sign_in(OPERATOR).status_code == 302


def test_failures_are_forgotten_when_a_sign_in_succeeds(browser: Browser, operator: None) -> None:
    fail(browser, 4)
    browser.sign_in(OPERATOR)
    browser.post("/logout")
    fail(browser, 4)
    assert browser.sign_in(OPERATOR).status_code == 302


def test_public_password_is_refused_when_it_is_no_demonstration(
    site: Flask, browser: Browser
) -> None:
    public = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("demonstration-only")
    add_account(OPERATOR, "operator", "LCT", password_hash=public)
    for environment, status in (("embedded", 401), ("production", 401), ("demo", 302)):
        site.extensions["settings"] = settings(site, environment=environment)
        assert browser.sign_in(OPERATOR, "demonstration-only").status_code == status


def test_page_answers_without_a_defect_when_the_input_is_odd(
    browser: Browser, subtests: pytest.Subtests
) -> None:
    for email, typed in [
        ("", ""),
        ("a@b.example", ""),
        ("a\x00b@c.example", "x"),
        ("x" * 5000, "x"),
        ("🙂", "🙂"),
    ]:
        with subtests.test(email=email, typed=typed):
            assert browser.sign_in(email, typed).status_code in {401, 422}


def test_home_is_next_when_the_wanted_page_is_not_ours(
    browser: Browser, operator: None, subtests: pytest.Subtests
) -> None:
    for wanted in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\t\\evil.example",
        "javascript:alert(1)",
        "/logout",
        "/absent",
        "account",
    ]:
        with subtests.test(wanted=wanted):
            browser.post("/logout")
            assert browser.sign_in(OPERATOR, query_string={"next": wanted}).location == "/"


def test_wanted_page_is_next_when_it_is_ours(browser: Browser, operator: None) -> None:
    asked = browser.get("/admin/confirmations?x=1")
    assert asked.location == "/login?next=/admin/confirmations?x%3D1"
    answer = browser.post(asked.location, data={"email": OPERATOR, "password": PASSWORD})
    assert answer.location == "/admin/confirmations?x=1"


def test_whole_page_goes_to_sign_in_when_a_part_is_refreshed(browser: Browser) -> None:
    there = {"HX-Request": "true", "HX-Current-URL": "http://localhost/account?x=1"}
    answer = browser.get("/account", headers=there)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=/account")


def test_form_is_refused_when_its_token_is_missing(
    site: Flask, browser: Browser, operator: None
) -> None:
    site.config["WTF_CSRF_ENABLED"] = True
    assert browser.sign_in(OPERATOR).status_code == 400
    assert not browser.is_in()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
    assert found is not None
    data = {"email": OPERATOR, "password": PASSWORD, "csrf_token": found[1]}
    assert browser.post("/login", data=data).status_code == 302
    assert browser.post("/logout").status_code == 400
    assert browser.is_in()


def test_address_waits_when_it_tries_too_often(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    answers = [browser.post("/login") for _ in range(31)]
    limiter.reset()
    assert {answer.status_code for answer in answers[:30]} == {422}
    assert answers[30].status_code == 429
    assert 0 < int(answers[30].headers["Retry-After"]) <= 60


def test_demonstration_accounts_are_listed_when_it_is_a_demonstration_alone(
    site: Flask, browser: Browser
) -> None:
    assert "demonstration-only" in browser.get("/login").text
    site.extensions["settings"] = replace(site.extensions["settings"], environment="production")
    assert "demonstration-only" not in browser.get("/login").text
