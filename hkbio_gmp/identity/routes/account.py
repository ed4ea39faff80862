"""One's own account: password, sessions, tokens, language."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import LanguageForm, PasswordForm
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.presence import client, settings, who
from hkbio_gmp.identity.services import lockout, passwords, sessions
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import signed_in

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@signed_in
def account() -> ResponseReturnValue:
    """The account's page."""
    return _page(PasswordForm())


def _page(form: PasswordForm, language: LanguageForm | None = None) -> str:
    person = db.session.get_one(Person, who().person_id)
    idle = settings().session_idle_minutes
    return render_template(
        "identity/account.html",
        form=form,
        language=language or LanguageForm(language=person.language),
        person=person,
        grants=queries.list_grants(db.session, person),
        sessions=queries.list_web_sessions(db.session, person.id, clock.now(), idle),
        tokens=queries.list_tokens(db.session, person.id),
        own=current_user.web_id,
        may_subscribe=who().may("booking:slot:read"),
    )


@blueprint.post("/password")
@signed_in
def password() -> ResponseReturnValue:
    """Change the password; the present one is asked for and counts towards the lock."""
    form = PasswordForm()
    if not form.validate() or not _present_is_right(form) or not _new_is_good(form):
        return _page(form), 422
    hashed = passwords.hash_password(form.password.data or "")
    person_id, keep = who().person_id, current_user.web_id
    work.run(
        who().actor,
        "identity:password:changed",
        None,
        lambda unit: services.change_password(unit, person_id, hashed, keep),
    )
    flash(_("Your password is changed; your other sessions have ended."), "ok")
    return redirect(url_for(".account"))


def _present_is_right(form: PasswordForm) -> bool:
    person_id = who().person_id
    stored = db.session.get_one(Person, person_id).password_hash
    locked = lockout.locked_now(db.session, person_id)
    if not locked and passwords.matches(stored, form.current.data or ""):
        return True
    if not locked:
        lockout.record_failure(settings(), person_id, "password refused", client())
    form.current.errors = [_("The present password is wrong, or the account is locked for now.")]
    return False


def _new_is_good(form: PasswordForm) -> bool:
    try:
        passwords.check_new_password(form.password.data or "", who().email)
    except NotValid as error:
        take_errors(form, error.errors)
        return False
    return True


@blueprint.post("/sessions/<int(max=2147483647):key>/end")
@signed_in
def end_session(key: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    sessions.end_session(who().person_id, key)
    flash(_("The session has ended."), "ok")
    return redirect(url_for(".account"))


@blueprint.post("/tokens/<int(max=2147483647):key>/revoke")
@signed_in
def revoke_token(key: int) -> ResponseReturnValue:
    """End one of one's own API tokens."""
    person_id = who().person_id
    work.run(
        who().actor,
        "identity:token:revoked",
        None,
        lambda unit: services.revoke_token(unit, person_id, key),
    )
    flash(_("The token has ended."), "ok")
    return redirect(url_for(".account"))


@blueprint.post("/language")
@signed_in
def language() -> ResponseReturnValue:
    """Choose the language of pages and messages."""
    form = LanguageForm()
    if not form.validate():
        return _page(PasswordForm(formdata=None), form), 422
    person_id, chosen = who().person_id, form.language.data
    work.run(
        who().actor,
        "identity:language:chosen",
        None,
        lambda unit: services.choose_language(unit, person_id, chosen),
    )
    return redirect(url_for(".account", lang=chosen))
