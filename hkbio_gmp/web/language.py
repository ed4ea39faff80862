"""Which language and theme a page is in: the address, then the account, then the browser."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, get_locale

LANGUAGES = ("en", "zh_Hant_HK")
THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600
_AS_HTML = {"en": "en-HK", "zh_Hant_HK": "zh-Hant-HK"}


def init_app(app: Flask, babel: Babel) -> None:
    """Choose the locale of each request, and keep what the address asked for in a cookie."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "UTC")
    babel.init_app(app, locale_selector=select_locale)
    app.after_request(keep_choices)
    app.context_processor(template_values)


def normalised(value: str | None) -> str | None:
    """``zh``, ``zh-HK``, ``zh_TW`` and the like to ours; None for what we do not speak."""
    # best_match never maps zh-HK to zh_Hant_HK, so every kind of Chinese is folded here
    tag = (value or "").replace("-", "_").lower()
    if tag.startswith("zh"):
        return "zh_Hant_HK"
    return "en" if tag.startswith("en") else None


def select_locale() -> str:
    """The language of this request. Without a request (mail, jobs): English."""
    if not has_request_context():
        return "en"
    asked = normalised(request.args.get("lang"))
    return asked or normalised(request.cookies.get("lang")) or _of_account() or _of_browser()


def _of_account() -> str | None:
    """The signed-in person's, where the sign-in has loaded one; never loads one itself."""
    # loading the person would open a transaction before the page has chosen its kind
    person = g.get("_login_user")
    held = getattr(person, "principal", person)
    return normalised(getattr(held, "language", None) or getattr(person, "language", None))


def _of_browser() -> str:
    best = request.accept_languages.best_match(["en", "zh", "zh-HK", "zh-Hant-HK", "zh-TW"])
    return normalised(best) or "en"


def theme() -> str | None:
    """``light`` or ``dark`` where chosen; None follows the system."""
    chosen = request.args.get("theme") or request.cookies.get("theme")
    return chosen if chosen in THEMES else None


def keep_choices(response: Response) -> Response:
    """Keep a language or theme that the address asked for."""
    asked = normalised(request.args.get("lang"))
    if asked:
        _keep(response, "lang", asked)
    wanted = request.args.get("theme")
    if wanted in THEMES:
        _keep(response, "theme", str(wanted))
    elif wanted == "system":
        response.delete_cookie("theme")
    return response


def _keep(response: Response, name: str, value: str) -> None:
    # the page's script changes the theme as well, so this one is readable to it
    response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure)


def html_language() -> str:
    """The ``lang`` attribute of this page."""
    return _AS_HTML.get(str(get_locale()), "en-HK")


def template_values() -> dict[str, Any]:
    """What the layouts need of the language and theme."""
    return {"html_lang": html_language(), "theme": theme(), "locale_code": str(get_locale())}
