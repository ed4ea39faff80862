"""Every act of the product has words, in both languages, with the record in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from hkbio_gmp.audit.queries import Act, Entry
from hkbio_gmp.audit.words import by_day, history_items, known_actions, said, sentence
from hkbio_gmp.booking.lifecycle import PAST as BOOKING_PAST
from hkbio_gmp.booking.lifecycle import SESSIONS
from hkbio_gmp.certification.lifecycle import PAST as CERTIFICATE_PAST
from hkbio_gmp.identity.rules.permissions import ROLES
from tests.conventions.measures import PRODUCT
from tests.conventions.sources import sources
from tests.seeds import application

ACTION = re.compile(r"(booking|certification|facilities|identity|quality):[a-z]+:[a-z_]+")
ENTRY = {
    "at": "2027-01-12T16:30:00.000000Z",
    "zone": "Asia/Hong_Kong",
    "action": "booking:slot:approved",
    "actor": {"id": "U1", "name": "Manager", "role": "facility_manager"},
    "subject": {"type": "booking", "ref": "LCT-2027-000001"},
    "row": {"table": "booking", "key": "1"},
    "reason": "100 % sure",
    "request": {"id": "r", "channel": "page"},
}


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    """The application, whose features have registered; its database is never asked."""
    return application(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path)


def written() -> set[str]:
    """Every action that the source names, the permissions taken away."""
    permissions = {p for role in ROLES.values() for p in role.permissions}
    found = set()
    for source in sources(PRODUCT):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if ACTION.fullmatch(node.value) else set()
    return found - permissions


def test_every_act_has_words_when_the_product_names_it(site: Flask) -> None:
    built = {
        f"booking:{'session' if verb in SESSIONS.verbs else 'slot'}:{past}"
        for verb, past in BOOKING_PAST.items()
    }
    built |= {f"certification:certificate:{past}" for past in CERTIFICATE_PAST.values()}
    assert (written() | built) - known_actions() == set()


@pytest.mark.parametrize("language", ["en", "zh_Hant_HK"])
def test_record_stands_in_the_words_when_an_act_is_said(site: Flask, language: str) -> None:
    with site.test_request_context(), force_locale(language):
        for action in known_actions():
            assert "X-1" in str(said(action).text) % {"record": "X-1"}


def test_sentence_names_the_record_when_an_act_is_shown(site: Flask) -> None:
    with site.test_request_context(), force_locale("en"):
        act = Act("w", [Entry(0, "ff", ENTRY)])
        assert sentence(act) == "approved LCT-2027-000001"
        assert history_items([act])[0]["text"] == "approved it"
        assert history_items([act])[0]["note"] == "100 % sure"


def test_action_without_words_shows_its_code_when_said(site: Flask) -> None:
    with site.test_request_context():
        act = Act("w", [Entry(0, "ff", {**ENTRY, "action": "later:feature:100%_done"})])
        assert sentence(act) == "later:feature:100%_done"


def test_acts_lie_under_the_facilitys_day_when_grouped() -> None:
    early = Act("a", [Entry(1, "ff", {**ENTRY, "at": "2027-01-12T15:59:59.000000Z"})])
    late = Act("b", [Entry(2, "ff", ENTRY)])
    days = by_day([late, early], "Asia/Hong_Kong")
    assert [(str(day), len(acts)) for day, acts in days] == [("2027-01-13", 1), ("2027-01-12", 1)]
