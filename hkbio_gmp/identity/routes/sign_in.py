"""Signing in and out, and loading who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user

from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db, limiter, login_manager
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.forms import SignInForm
from hkbio_gmp.identity.models import WebSession
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import sign_in as service
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.guards import public, signed_in

blueprint = Blueprint("identity", __name__)


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """Who is signed in, for Flask-Login: the session's token is the identifier."""

    token: str
    web_id: int
    principal: PersonPrincipal
    language: str

    def get_id(self) -> str:
        """The session's token: ending the session makes the cookie worthless."""
        return self.token


def init_login(app: Flask) -> None:
    """Have Flask-Login load people by their session's token."""
    login_manager.login_view = "identity.login"
    login_manager.login_message = None
    login_manager.session_protection = None
    login_manager.user_loader(load)


def load(token: str) -> SignedIn | None:
    """The person of a living session, or None."""
    web = service.find_session(db.session, settings(), token)
    if web is None:
        return None
    person = web.person
    principal = queries.principal_of(db.session, person, clock.now())
    found = SignedIn(token, web.id, principal, person.language)
    service.touch(web)
    return found


def settings() -> Settings:
    """The application's settings."""
    return current_app.extensions["settings"]


def client() -> service.Client:
    """Where the present request comes from."""
    return service.Client(request.remote_addr or "", request.user_agent.string)


@blueprint.route("/login", methods=["GET", "POST"])
@public
@limiter.limit("30 per minute", methods=["POST"])
def login() -> ResponseReturnValue:
    """Sign in; one answer for every reason to refuse."""
    if current_user.is_authenticated:
        return redirect(_next())
    form, refused = SignInForm(), False
    if form.validate_on_submit():
        token = service.sign_in(
            db.session, settings(), form.email.data, form.password.data, client()
        )
        user = load(token) if token else None
        if user is not None and login_user(user):
            return redirect(_next())
        refused = True
    status = 401 if refused else (422 if form.errors else 200)
    page = render_template(
        "identity/login.html", form=form, refused=refused, demo=settings().is_demo
    )
    return page, status


def _next() -> str:
    """Where to go on: only ever a path of ours."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if local and not parts.netloc and not parts.scheme else url_for("reporting.home")


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """End the session."""
    service.sign_out(current_user.web_id)
    logout_user()
    return redirect(url_for("identity.login"))


def own_session(web_id: int) -> WebSession | None:
    """A session of the person who is signed in, or None."""
    web = db.session.get(WebSession, web_id)
    return web if web and web.person_id == current_user.principal.person_id else None
