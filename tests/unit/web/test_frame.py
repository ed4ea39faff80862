"""Languages, themes, headers, navigation: what surrounds every page."""

from __future__ import annotations

import re

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from hkbio_gmp.web import navigation
from hkbio_gmp.web.headers import POLICY
from hkbio_gmp.web.navigation import NavigationItem, ScopeChoice

SIGNED_IN = {"X-Person": "manager"}


@pytest.mark.parametrize(
    ("accepted", "page"),
    [
        ("zh-HK,zh;q=0.9,en;q=0.5", "zh-Hant-HK"),
        ("zh-TW", "zh-Hant-HK"),
        ("en-GB", "en-HK"),
        ("fr", "en-HK"),
    ],
)
def test_browser_decides_when_nothing_else_does(
    visitor: FlaskClient, accepted: str, page: str
) -> None:
    answer = visitor.get("/components", headers={"Accept-Language": accepted})
    assert f'<html lang="{page}"' in answer.text


def test_language_sticks_when_the_address_asked_for_it(visitor: FlaskClient) -> None:
    visitor.get("/components?lang=zh_Hant_HK")
    assert 'lang="zh-Hant-HK"' in visitor.get("/components").text
    visitor.get("/components?lang=en")
    assert '<html lang="en-HK"' in visitor.get("/components").text


def test_theme_sticks_when_the_address_asked_for_it(visitor: FlaskClient) -> None:
    assert "data-theme=" not in visitor.get("/components").text.split(">")[1]
    visitor.get("/components?theme=dark")
    assert '<html lang="en-HK" data-theme="dark">' in visitor.get("/components").text
    visitor.get("/components?theme=system")
    assert 'data-theme="dark"' not in visitor.get("/components").text


def test_unknown_choices_are_ignored_when_asked(visitor: FlaskClient) -> None:
    answer = visitor.get('/components?theme="><script>&lang=xx&site=LCT')
    assert answer.status_code == 200
    kept = " ".join(answer.headers.getlist("Set-Cookie"))
    assert "theme=" not in kept
    assert "lang=" not in kept
    assert "<script>&" not in answer.text


def test_policy_is_strict_when_a_page_is_sent(visitor: FlaskClient) -> None:
    answer = visitor.get("/components")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_transport_is_pinned_when_it_is_secure(visitor: FlaskClient) -> None:
    answer = visitor.get("/components", base_url="https://localhost")
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_static_file_is_kept_for_good_when_its_address_has_its_hash(
    site: Flask, visitor: FlaskClient
) -> None:
    with site.test_request_context("/"):
        address = url_for("static", filename="css/tokens.css")
    assert re.search(r"\?v=[0-9a-f]{12}$", address)
    assert "immutable" in visitor.get(address).headers["Cache-Control"]
    assert visitor.get("/static/css/tokens.css").headers["Cache-Control"] == "no-cache"


def add_pages(site: Flask, *pages: tuple[str, str, str | None]) -> None:
    for path, label, permission in pages:
        name = f"page_{label}"
        site.add_url_rule(path, name, lambda: "")
        navigation.add_navigation(NavigationItem(name, label, "inbox", permission))


def labels_at(site: Flask, path: str) -> list[tuple[str, bool]]:
    with site.test_request_context(path, headers=SIGNED_IN):
        return [(link.label, link.active) for link in navigation.shell().bar]


def test_only_permitted_pages_are_linked_when_signed_in(site: Flask) -> None:
    pages = (("/a", "A", "booking:slot:read"), ("/b", "B", "audit:log:read"), ("/c", "C", None))
    add_pages(site, *pages)
    assert labels_at(site, "/") == [("A", False), ("C", False)]


def test_longest_address_is_marked_when_pages_nest(site: Flask) -> None:
    add_pages(site, ("/", "Home", None), ("/book", "Book", None), ("/book/new", "New", None))
    assert labels_at(site, "/book/new/1") == [("Home", False), ("Book", False), ("New", True)]
    assert labels_at(site, "/bookings") == [("Home", False), ("Book", False), ("New", False)]
    assert labels_at(site, "/") == [("Home", True), ("Book", False), ("New", False)]


def test_page_is_left_out_when_its_endpoint_is_absent(site: Flask) -> None:
    navigation.add_navigation(NavigationItem("nowhere.page", "Nowhere", "inbox"))
    assert labels_at(site, "/") == []


def test_frame_is_empty_when_nobody_is_signed_in(site: Flask) -> None:
    add_pages(site, ("/a", "A", None))
    with site.test_request_context("/"):
        shell = navigation.shell()
    assert (shell.groups, shell.signed_in, shell.person_name) == ((), False, "")


def two_facilities(_principal: object) -> list[ScopeChoice]:
    return [ScopeChoice("LCT", "Laboratory"), ScopeChoice("OTHER", "Elsewhere", "Europe/London")]


def test_switch_is_followed_when_it_names_an_own_facility(
    site: Flask, visitor: FlaskClient
) -> None:
    navigation.provide_facilities(two_facilities)
    site.add_url_rule("/here", "here", lambda: f"{navigation.current_facility()}")
    site.add_url_rule("/zone", "zone", navigation.current_zone)
    assert visitor.get("/here", headers=SIGNED_IN).text == "None"
    assert visitor.get("/here?site=OTHER", headers=SIGNED_IN).text == "OTHER"
    assert visitor.get("/zone", headers=SIGNED_IN).text == "Europe/London"
    assert visitor.get("/here?site=FOREIGN", headers=SIGNED_IN).text == "OTHER"
    assert visitor.get("/here?site=", headers=SIGNED_IN).text == "None"


def test_only_facility_is_current_when_there_is_one(site: Flask) -> None:
    navigation.provide_facilities(lambda _principal: [ScopeChoice("LCT", "Laboratory")])
    with site.test_request_context("/", headers=SIGNED_IN):
        assert navigation.current_facility() == "LCT"
