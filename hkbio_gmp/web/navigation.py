"""The frame around each page: navigation by role, facility switch, person, notices, clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.routing import BuildError

from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.web.states import role_label

GROUPS: dict[str, Any] = {
    "": "",
    "programme": _("Our programme"),
    "compliance": _("Compliance"),
    "proof": _("Proof"),
    "insight": _("Insight"),
    "admin": _("Administration"),
}
_DEFAULT_ZONE = "Asia/Hong_Kong"
_ON_THE_BAR = 4
_KEY = "hkbio-navigation"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A page in the navigation; ``permission`` None shows it to everybody who is signed in."""

    endpoint: str
    label: Any
    icon: str
    permission: str | None = None
    group: str = ""
    order: int = 50
    count: Callable[[Principal], int] | None = None


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """A facility (or organisation) that the switch offers."""

    code: str
    name: str
    zone: str = _DEFAULT_ZONE
    current: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A navigation item made ready for one page."""

    label: str
    icon: str
    url: str
    count: int = 0
    active: bool = False


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Links under one heading; the first group has none."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything that the layouts show around a page. Its defaults render with no person."""

    groups: tuple[LinkGroup, ...] = ()
    facilities: tuple[ScopeChoice, ...] = ()
    scope_name: str = ""
    scope_icon: str = "building"
    person_name: str = ""
    role: str = ""
    scope: str = ""
    unread: int = 0
    now: datetime = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
    zone: str = _DEFAULT_ZONE
    demonstration: bool = False
    signed_in: bool = False
    home_url: str = "/"
    urls: dict[str, str] = field(default_factory=dict)

    @property
    def bar(self) -> tuple[Link, ...]:
        """The first few links: a phone's bottom bar."""
        return tuple(link for group in self.groups for link in group.links)[:_ON_THE_BAR]


@dataclass(slots=True)
class Registry:
    """What the features have plugged in."""

    items: dict[str, NavigationItem] = field(default_factory=dict)
    facilities: Callable[[Principal], Sequence[ScopeChoice]] | None = None
    unread: Callable[[Principal], int] | None = None


# one per process, filled while the application is put together and only read afterwards
_registry = Registry()


def add_navigation(item: NavigationItem) -> None:
    """Register a page of a feature; registering its endpoint again replaces it."""
    _registry.items[item.endpoint] = item


def provide_facilities(provider: Callable[[Principal], Sequence[ScopeChoice]]) -> None:
    """Say which facilities the switch offers to a principal."""
    _registry.facilities = provider


def provide_unread(provider: Callable[[Principal], int]) -> None:
    """Say how many notices a principal has not read."""
    _registry.unread = provider


def init_app(app: Flask) -> None:
    """Give the layouts their ``shell`` and follow the facility switch (``?site=CODE``)."""
    app.extensions[_KEY] = _registry
    app.before_request(follow_switch)
    app.context_processor(lambda: {"shell": shell()})


def follow_switch() -> None:
    """Keep the facility that the address asks for; ``?site=`` empty means all of them."""
    wanted = request.args.get("site")
    if wanted is None or request.endpoint in {None, "static"}:
        return
    if wanted in {choice.code for choice in _choices()}:
        session["site"] = wanted
        g.pop("site_choices", None)
    elif not wanted:
        session.pop("site", None)
        g.pop("site_choices", None)


def current_principal() -> Principal | None:
    """Who is signed in, or None; also None outside of a request."""
    if not has_request_context() or not hasattr(current_app, "login_manager"):
        return None
    if not getattr(current_user, "is_authenticated", False):
        return None
    return getattr(current_user, "principal", None)


def current_facility() -> str | None:
    """The code that the switch says; None where it says all, or for nobody."""
    return next((choice.code for choice in _choices() if choice.current), None)


def current_zone() -> str:
    """The zone of the facility that the switch says, else the installation's."""
    chosen = next((choice.zone for choice in _choices() if choice.current), None)
    if chosen:
        return chosen
    settings = current_app.extensions.get("settings") if current_app else None
    return str(getattr(settings, "zone", _DEFAULT_ZONE))


def _choices() -> tuple[ScopeChoice, ...]:
    if not has_request_context():
        return ()
    if "site_choices" not in g:
        g.site_choices = ()  # what the provider itself asks for must not ask it again
        g.site_choices = _found_choices()
    kept: tuple[ScopeChoice, ...] = g.site_choices
    return kept


def _found_choices() -> tuple[ScopeChoice, ...]:
    principal = current_principal()
    if principal is None or _registry.facilities is None:
        return ()
    offered = list(_registry.facilities(principal))
    codes = {choice.code for choice in offered}
    wanted = session.get("site")
    # somebody with one facility is never asked which; a stale choice falls back to all
    if wanted not in codes:
        wanted = offered[0].code if len(offered) == 1 else None
    return tuple(
        ScopeChoice(c.code, c.name, c.zone, c.code == wanted, _site_url(c.code)) for c in offered
    )


def _site_url(code: str) -> str:
    return f"{request.path}?site={code}"


def shell() -> Shell:
    """The frame of this page for whoever asks; an empty one for nobody."""
    settings = current_app.extensions.get("settings")
    common: dict[str, Any] = {
        "now": clock.now(),
        "zone": current_zone(),
        "demonstration": bool(getattr(settings, "is_demo", False)),
    }
    principal = current_principal()
    if principal is None:
        return Shell(**common)
    choices = _choices()
    chosen = next((choice for choice in choices if choice.current), None)
    organisation = getattr(principal, "organisation", None)
    return Shell(
        groups=link_groups(principal),
        facilities=choices,
        scope_name=organisation or (chosen.code if chosen else gettext("All facilities")),
        scope_icon="flask-conical" if organisation else "building",
        person_name=principal.actor.name,
        role=role_label(principal.actor.role),
        scope=scope_text(principal),
        unread=_registry.unread(principal) if _registry.unread else 0,
        signed_in=True,
        urls=known_urls(),
        **common,
    )


def scope_text(principal: Principal) -> str:
    """Where the person's roles hold: an organisation or facilities, with the last day if any."""
    grants = tuple(getattr(principal, "grants", ()))
    codes = sorted({code for grant in grants if (code := _scope_code(grant))})
    ends = [end for grant in grants if (end := getattr(grant, "ends_on", None))]
    where = getattr(principal, "organisation", None) or ", ".join(codes)
    if not ends:
        return str(where)
    last = max(ends)
    return gettext("%(where)s, to %(day)s", where=where, day=f"{last.day} {last:%b}")


def _scope_code(grant: object) -> str:
    scope = getattr(grant, "scope", grant)
    return str(getattr(grant, "scope_code", None) or getattr(scope, "code", "") or "")


def link_groups(principal: Principal) -> tuple[LinkGroup, ...]:
    """The pages that the principal may open, grouped and in order, the present one marked."""
    allowed = [
        (item, url)
        for item in sorted(_registry.items.values(), key=lambda item: item.order)
        if (item.permission is None or principal.may(item.permission)) and (url := _url(item))
    ]
    here = _here([url for _item, url in allowed])
    groups = []
    for name in [*GROUPS, *sorted({i.group for i, _u in allowed} - set(GROUPS))]:
        links = tuple(_link(i, u, here, principal) for i, u in allowed if i.group == name)
        if links:
            groups.append(LinkGroup(str(GROUPS.get(name, name)), links))
    return tuple(groups)


def _link(item: NavigationItem, url: str, here: str | None, principal: Principal) -> Link:
    count = item.count(principal) if item.count else 0
    return Link(str(item.label), item.icon, url, count, url == here)


def _here(urls: list[str]) -> str | None:
    """The longest address that the present one lies under; the front page only for itself."""
    path = request.path.rstrip("/") or "/"
    under = [u for u in urls if path == u or (u != "/" and path.startswith(f"{u.rstrip('/')}/"))]
    return max(under, key=len, default=None)


def _url(item: NavigationItem) -> str | None:
    return _address(item.endpoint)


def _address(endpoint: str) -> str | None:
    try:
        return url_for(endpoint)
    except BuildError:
        return None


def known_urls() -> dict[str, str]:
    """Addresses in the frame, of those features that are there; the contract fixes the paths."""
    # the frame must stand before every feature does, so it links to what answers
    adapter = current_app.url_map.bind("")
    paths = {
        "account": "/account",
        "notices": "/notifications",
        "search": "/search",
        "bookings": "/bookings",
    }
    return {name: path for name, path in paths.items() if adapter.test(path, "GET")} | {
        "logout": "/logout"
    }
