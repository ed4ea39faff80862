"""Pages of identity: sign-in, account, organisations, administration."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hkbio_gmp.identity.routes import account, admin, organisations, sign_in
from hkbio_gmp.web.navigation import NavigationItem, add_navigation


def register(app: Flask) -> None:
    """Register the pages, the loading of who is signed in, and the navigation."""
    sign_in.init_login(app)
    for part in (sign_in, account, organisations, admin):
        app.register_blueprint(part.blueprint)
    add_navigation(
        NavigationItem(
            "admin.people", _("People and roles"), "users", "identity:grant:propose", "admin", 10
        )
    )
    add_navigation(
        NavigationItem(
            "admin.confirmations",
            _("Roles to confirm"),
            "user-check",
            "identity:grant:confirm",
            "admin",
            20,
            count=admin.waiting,
        )
    )
