"""Pages of identity: sign-in, account, organisations, administration."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.words import add_words
from hkbio_gmp.identity.acts import ACTS, RECORDS
from hkbio_gmp.identity.routes import account, admin, invitations, organisations, roles, sign_in
from hkbio_gmp.web.navigation import NavigationItem, add_navigation

_PARTS = (sign_in, invitations, account, organisations, admin, roles)


def register(app: Flask) -> None:
    """Register the pages, the loading of who is signed in, and the navigation."""
    sign_in.init_login(app)
    for part in _PARTS:
        app.register_blueprint(part.blueprint)
    add_words(ACTS, RECORDS)
    for item in _navigation():
        add_navigation(item)


def _navigation() -> list[NavigationItem]:
    return [
        NavigationItem(
            "admin.people", _("People and roles"), "users", "identity:grant:propose", "admin", 10
        ),
        NavigationItem(
            "roles.confirmations",
            _("Roles to confirm"),
            "user-check",
            roles.CONFIRM,
            "admin",
            20,
            count=roles.waiting,
        ),
        NavigationItem(
            "admin.access", _("Access log"), "scroll-text", "audit:access:read", "admin", 30
        ),
    ]
