"""Signing in and out, and loading who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException

from hkbio_gmp.extensions import db, limiter, login_manager
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.forms import SignInForm
from hkbio_gmp.identity.presence import client, settings
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import sessions
from hkbio_gmp.identity.services.access import note_access
from hkbio_gmp.identity.services.sign_in import sign_in
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.guards import public, signed_in

blueprint = Blueprint("identity", __name__)
PER_ADDRESS = "30 per minute"


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
    """Have Flask-Login load people by their session's token; note what auditors read."""
    login_manager.session_protection = None
    login_manager.user_loader(load)
    login_manager.unauthorized_handler(ask_to_sign_in)
    app.after_request(note_reading)


def load(token: str) -> SignedIn | None:
    """The person of a living session, or None."""
    web = sessions.find_session(db.session, settings(), token)
    if web is None:
        return None
    principal = queries.principal_of(db.session, web.person, clock.now())
    found = SignedIn(token, web.id, principal, web.person.language)
    sessions.touch_session(web)
    return found


def ask_to_sign_in() -> ResponseReturnValue:
    """Send whoever is not signed in to sign in, and afterwards back to the page."""
    reading = request.method in {"GET", "HEAD"}
    if "HX-Request" in request.headers:
        # a part of a page cannot hold the sign-in page: the whole page goes there
        there = urlsplit(request.headers.get("HX-Current-URL", ""))
        return "", 401, {"HX-Redirect": url_for("identity.login", next=there.path or None)}
    wanted = request.full_path.rstrip("?") if reading else None
    return redirect(url_for("identity.login", next=wanted))


def note_reading(response: Response) -> Response:
    """Auditors' reads leave a trace in the access log (pages and API)."""
    reader = getattr(g.get("_login_user"), "principal", None) or g.get("principal")
    if not isinstance(reader, PersonPrincipal) or not reader.has_role("auditor"):
        return response
    if request.method == "GET" and response.status_code == 200 and request.endpoint != "static":
        note_access(reader.code, "read", request.full_path.rstrip("?"), client())
    return response


@blueprint.route("/login", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"])
def login() -> ResponseReturnValue:
    """Sign in; one answer for every reason to refuse."""
    if current_user.is_authenticated:
        return redirect(_next())
    form = SignInForm()
    refused = form.validate_on_submit() and not _enter(form)
    if form.is_submitted() and not refused and not form.errors:
        return redirect(_next())
    status = 401 if refused else (422 if form.errors else 200)
    page = render_template(
        "identity/login.html", form=form, refused=refused, demo=settings().is_demo
    )
    return page, status


def _enter(form: SignInForm) -> bool:
    email, password = form.email.data or "", form.password.data or ""
    token = sign_in(db.session, settings(), email, password, client())
    user = load(token) if token else None
    if user is None:
        return False
    session.pop("csrf_token", None)
    return bool(login_user(user))


def _next() -> str:
    """Where to go on: only ever a page of ours."""
    wanted = request.args.get("next", "")
    return wanted if is_own_page(wanted) else url_for("reporting.home")


def is_own_page(wanted: str) -> bool:
    """Whether an address is a path of ours that answers GET; browsers read ``/\\`` as ``//``."""
    if not wanted.startswith("/") or wanted.startswith("//"):
        return False
    if "\\" in wanted or not wanted.isprintable():
        return False
    try:
        current_app.url_map.bind("").match(urlsplit(wanted).path, method="GET")
    except (HTTPException, ValueError):
        return False
    return True


@blueprint.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """End the session."""
    sessions.end_session(current_user.principal.person_id, current_user.web_id)
    logout_user()
    session.clear()
    return redirect(url_for("identity.login"))
