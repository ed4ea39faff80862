"""Sessions in a table: idle and absolute ends, sign-out, one's own alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.models import Person, WebSession
from hkbio_gmp.identity.services import sessions
from hkbio_gmp.identity.services.access import Client
from hkbio_gmp.work import write_unaudited
from tests.integration.identity.accounts import (
    HOUR,
    MINUTE,
    NOW,
    PASSWORD,
    Browser,
    add_account,
    at,
    browser,
    disable,
    person,
    settings,
)

OPERATOR, OTHER = "operator@lct.example", "other@lct.example"
NEW = "another phrase of tests"
TICK = timedelta(microseconds=1)


@pytest.fixture
def inside(browser: Browser) -> Browser:
    add_account(OPERATOR, "operator", "LCT")
    browser.sign_in(OPERATOR)
    return browser


def opened(chosen: Settings, found: Person) -> str:
    key = found.id

    def open_one(session: Session) -> str:
        return sessions.open_session(session, chosen, session.get_one(Person, key), Client())

    return write_unaudited(open_one)


def latest() -> WebSession:
    db.session.rollback()
    return db.session.query(WebSession).order_by(WebSession.id.desc()).first()  # type: ignore[return-value]


def change(browser: Browser, current: str = PASSWORD, new: str = NEW, again: str = NEW) -> int:
    data = {"current": current, "password": new, "again": again}
    return browser.post("/account/password", data=data).status_code


def test_session_ends_when_it_was_idle_too_long(inside: Browser) -> None:
    with at(HOUR - TICK):
        assert inside.is_in()
    with at(2 * HOUR - 2 * TICK):
        assert inside.is_in()
    with at(3 * HOUR - 2 * TICK):
        assert not inside.is_in()


def test_session_ends_at_its_absolute_end_when_it_is_used_all_the_time(inside: Browser) -> None:
    for minutes in range(0, 12 * 60, 50):
        with at(minutes * MINUTE):
            assert inside.is_in()
    with at(12 * HOUR):
        assert not inside.is_in()


def test_use_is_noted_at_most_once_a_minute_when_pages_are_read(inside: Browser) -> None:
    seen = []
    for seconds in (10, 59, 60, 119, 120):
        with at(timedelta(seconds=seconds)):
            inside.is_in()
        seen.append((latest().last_seen_at - NOW).total_seconds())
    assert seen == [0, 0, 60, 60, 120]


def test_cookie_is_worthless_when_its_session_was_signed_out(inside: Browser) -> None:
    kept = inside.get_cookie("hkbio")
    assert kept is not None
    assert inside.post("/logout").location == "/login"
    inside.set_cookie("hkbio", kept.value)
    assert not inside.is_in()
    assert latest().ended_at == NOW


def test_table_holds_a_digest_alone_when_somebody_signs_in(site: Flask) -> None:
    add_account(OPERATOR, "operator", "LCT")
    found = person(OPERATOR)
    token = opened(settings(site), found)
    assert token not in vars(db.session.query(WebSession).one()).values()
    assert sessions.find_session(db.session, settings(site), token) is not None
    assert sessions.find_session(db.session, settings(site), token[:-1]) is None


def test_session_ends_at_once_when_its_person_is_disabled(inside: Browser) -> None:
    disable(OPERATOR)
    assert not inside.is_in()
    assert latest().ended_at == NOW


def test_other_sessions_end_when_the_password_changes(site: Flask, inside: Browser) -> None:
    other = browser(site)
    other.sign_in(OPERATOR)
    assert change(inside) == 302
    assert inside.is_in()
    assert not other.is_in()
    assert other.sign_in(OPERATOR).status_code == 401
    assert other.sign_in(OPERATOR, NEW).status_code == 302


def test_password_stays_when_the_form_is_wrong(inside: Browser, subtests: pytest.Subtests) -> None:
    for current, new, again in [
        ("wrong", NEW, NEW),
        (PASSWORD, "short", "short"),
        (PASSWORD, NEW, NEW + "!"),
        (PASSWORD, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa"),
        ("", "", ""),
        ("\x00", "\x00" * 12, "\x00" * 12),
    ]:
        with subtests.test(current=current, new=new, again=again):
            stored = person(OPERATOR).password_hash
            assert change(inside, current, new, again) == 422
            assert person(OPERATOR).password_hash == stored


def test_guessing_the_present_password_locks_the_account_when_repeated(inside: Browser) -> None:
    for _ in range(5):
        change(inside, "wrong")
    assert change(inside) == 422
    with at(15 * MINUTE):
        assert change(inside) == 302


def test_own_sessions_alone_can_be_ended_when_listed(site: Flask, inside: Browser) -> None:
    own = latest().id
    add_account(OTHER, "operator", "LCT")
    foreign = browser(site)
    foreign.sign_in(OTHER)
    answers = [foreign.post(f"/account/sessions/{key}/end") for key in (own, 10**6, 10**30)]
    assert {answer.status_code for answer in answers} == {404}
    assert inside.is_in()
    assert inside.post(f"/account/sessions/{own}/end").status_code == 302
    assert not inside.is_in()


def test_page_lists_living_sessions_alone_when_opened(site: Flask, inside: Browser) -> None:
    second = browser(site)
    second.sign_in(OPERATOR, headers={"User-Agent": "Second"})
    assert "Second" in inside.get("/account").text
    second.post("/logout")
    assert "Second" not in inside.get("/account").text


@pytest.mark.parametrize("language", ["en", "zh_Hant_HK"])
def test_language_is_kept_when_chosen(inside: Browser, language: str) -> None:
    assert inside.post("/account/language", data={"language": language}).status_code == 302
    assert person(OPERATOR).language == language
    assert inside.post("/account/language", data={"language": "xx"}).status_code == 422


@given(idle=st.integers(1, 200), gaps=st.lists(st.integers(0, 300), min_size=1, max_size=6))
def test_session_lives_exactly_while_no_gap_reaches_the_idle_limit(
    site: Flask, idle: int, gaps: list[int]
) -> None:
    """Whatever the pauses between requests, in minutes, and the limit."""
    chosen = settings(site, session_idle_minutes=idle)
    if person_absent():
        add_account(OPERATOR, "operator", "LCT")
    token = opened(chosen, person(OPERATOR))
    now = timedelta(0)
    alive = True
    for gap in gaps:
        now += gap * MINUTE
        alive = alive and gap < idle and now < 12 * HOUR
        with at(now):
            web = sessions.find_session(db.session, chosen, token)
            assert (web is not None) is alive
            if web is not None:
                sessions.touch_session(web)


def person_absent() -> bool:
    db.session.rollback()
    return db.session.query(WebSession).first() is None
