"""One's own account: password, sessions, tokens, language."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import LanguageForm, PasswordForm
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.routes.sign_in import client, own_session, settings
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.identity.services import sign_in as sessions
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.web.forms import take_errors
from hkbio_gmp.web.guards import signed_in
from hkbio_gmp.work import Work

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@signed_in
def account() -> ResponseReturnValue:
    """The account's page."""
    return _page(PasswordForm())


def _page(form: PasswordForm) -> str:
    who = current_user.principal
    person = db.session.get_one(Person, who.person_id)
    return render_template(
        "identity/account.html",
        form=form,
        language=LanguageForm(language=person.language),
        person=person,
        grants=queries.list_grants(db.session, person),
        sessions=queries.list_web_sessions(db.session, who.person_id, clock.now()),
        tokens=queries.list_tokens(db.session, who.person_id),
        own=current_user.web_id,
    )


@blueprint.post("/password")
@signed_in
def password() -> ResponseReturnValue:
    """Change the password; the present one is asked for and counts towards the lock."""
    form = PasswordForm()
    who = current_user.principal
    if not form.validate() or not _present_is_right(form):
        return _page(form), 422
    try:
        passwords.check_new_password(form.password.data, who.email)
    except NotValid as error:
        take_errors(form, error.errors)
        return _page(form), 422
    hashed = passwords.hash_password(form.password.data)
    keep = current_user.web_id
    work.run(
        who.actor,
        "identity:password:changed",
        None,
        lambda unit: services.change_password(unit, who.person_id, hashed, keep),
    )
    flash(_("Your password is changed; your other sessions have ended."), "ok")
    return redirect(url_for(".account"))


def _present_is_right(form: PasswordForm) -> bool:
    who = current_user.principal
    stored = db.session.get_one(Person, who.person_id).password_hash
    locked = sessions.is_locked(db.session, who.person_id)
    if not locked and passwords.matches(stored, form.current.data):
        return True
    if not locked:
        sessions.record_failure(settings(), who.person_id, "password refused", client())
    form.current.errors = [_("The present password is wrong. Type it again.")]
    return False


@blueprint.post("/sessions/<int:key>/end")
@signed_in
def end_session(key: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    if own_session(key) is None:
        abort(404)
    sessions.sign_out(key)
    flash(_("The session has ended."), "ok")
    return redirect(url_for(".account"))


@blueprint.post("/tokens/<int:key>/revoke")
@signed_in
def revoke_token(key: int) -> ResponseReturnValue:
    """End one of one's own API tokens."""
    who = current_user.principal
    work.run(
        who.actor,
        "identity:token:revoked",
        None,
        lambda unit: services.revoke_token(unit, who.person_id, key),
    )
    flash(_("The token has ended."), "ok")
    return redirect(url_for(".account"))


@blueprint.post("/language")
@signed_in
def language() -> ResponseReturnValue:
    """Choose the language of pages and messages."""
    form = LanguageForm()
    who = current_user.principal
    if not form.validate():
        return _page(PasswordForm()), 422

    def choose(unit: Work) -> None:
        unit.session.get_one(Person, who.person_id).language = form.language.data

    work.run(who.actor, "identity:language:chosen", None, choose)
    return redirect(url_for(".account", lang=form.language.data))
