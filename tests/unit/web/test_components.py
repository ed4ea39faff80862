"""Templates hold together: macros exist, icons exist, the gallery shows them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

from hkbio_gmp import paths
from hkbio_gmp.web.icons import icon_svg, shapes
from hkbio_gmp.web.states import ROLES, STATES, look, role_label

TEMPLATES = paths.templates()
PARSER = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def parsed(name: str) -> nodes.Template:
    return PARSER.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def macros() -> dict[str, nodes.Macro]:
    files = (TEMPLATES / "components").glob("*.html")
    trees = [parsed(f"components/{file.name}") for file in files]
    return {macro.name: macro for tree in trees for macro in tree.find_all(nodes.Macro)}


def calls() -> Iterator[tuple[str, nodes.Call, str]]:
    for file in sorted(TEMPLATES.rglob("*.html")):
        name = str(file.relative_to(TEMPLATES))
        for call in parsed(name).find_all(nodes.Call):
            target = call.node
            if isinstance(target, nodes.Getattr) and getattr(target.node, "name", "") == "ui":
                yield name, call, target.attr


def fits(call: nodes.Call, macro: nodes.Macro) -> bool:
    names = [argument.name for argument in macro.args]
    given = {*names[: len(call.args)], *(keyword.key for keyword in call.kwargs)}
    required = set(names[: len(names) - len(macro.defaults)])
    return len(call.args) <= len(names) and given <= set(names) and required <= given


def test_every_call_fits_its_macro_when_pages_use_components() -> None:
    known = macros()
    exported = {one.target.name for one in parsed("components/all.html").find_all(nodes.Assign)}  # type: ignore[attr-defined]
    wrong = [
        f"{name}:{call.lineno} {macro}"
        for name, call, macro in calls()
        if macro not in exported or not fits(call, known[macro])
    ]
    assert wrong == []


def test_every_filter_is_registered_when_a_template_uses_it(site: Flask) -> None:
    known = set(site.jinja_env.filters)
    used = {
        (str(file.relative_to(TEMPLATES)), found.name)
        for file in TEMPLATES.rglob("*.html")
        for found in parsed(str(file.relative_to(TEMPLATES))).find_all(nodes.Filter)
    }
    assert {(name, one) for name, one in used if one not in known} == set()


def test_every_icon_is_shipped_when_a_template_names_it() -> None:
    named = {
        (name, keyword.value.value)
        for name, call, _macro in calls()
        for keyword in call.kwargs
        if keyword.key in {"icon", "icon_after"} and isinstance(keyword.value, nodes.Const)
    }
    assert {(name, icon) for name, icon in named if icon and icon not in shapes()} == set()


def test_every_state_has_tone_icon_and_word_when_listed() -> None:
    sheet = (paths.PACKAGE / "static/css/tokens.css").read_text(encoding="utf-8")
    for seen in STATES.values():
        assert f".s-{seen.tone} " in sheet
        assert seen.icon in shapes()


def test_unknown_state_shows_its_word_when_met() -> None:
    assert look("some_new_state").label == "Some new state"
    assert role_label("night_watch") == "Night watch"


def test_every_role_of_the_contract_has_a_name() -> None:
    assert {"requester", "facility_manager", "authorized_person", "programme"} <= set(ROLES)


def test_icon_is_hidden_or_named_when_drawn() -> None:
    assert 'aria-hidden="true"' in icon_svg("clock")
    assert 'aria-label="&lt;b&gt;"' in icon_svg("clock", label="<b>")


@pytest.mark.parametrize("query", ["", "?lang=zh_Hant_HK", "?theme=dark"])
def test_gallery_shows_everything_without_inline_code(visitor: FlaskClient, query: str) -> None:
    page = visitor.get(f"/components{query}")
    assert page.status_code == 200
    for forbidden in (" style=", "<style", " onclick=", "javascript:", "Undefined"):
        assert forbidden not in page.text
    for state in STATES:
        assert str(look(state).icon) in shapes()


@pytest.mark.parametrize("status", [0, 403, 404, 409, 413, 429, 500])
def test_error_page_has_a_way_on_when_shown(visitor: FlaskClient, status: int) -> None:
    page = visitor.get(f"/components/errors/{status}")
    assert page.status_code == 200
    assert 'class="btn btn-primary' in page.text
