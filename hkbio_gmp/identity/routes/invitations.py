"""Choosing a password by the link of an invitation."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db, limiter
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import ChosenPasswordForm
from hkbio_gmp.identity.models import Invitation
from hkbio_gmp.identity.routes.sign_in import PER_ADDRESS
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import public

blueprint = Blueprint("invitations", __name__)


@blueprint.route("/invitation", methods=["GET", "POST"])
@public
@limiter.limit(PER_ADDRESS, methods=["POST"])
def accept() -> ResponseReturnValue:
    """The person of the link chooses a password. The key is no part of the path: paths are logged.

    Raises NotFound for a link that is unknown, used or too old.
    """
    key = request.args.get("key", "")
    found = queries.find_invitation(db.session, key, clock.now())
    if found is None:
        raise NotFound(Message("The link was used, or is too old. Ask for a new one."))
    form = ChosenPasswordForm()
    if form.validate_on_submit() and _chosen(form, found, key):
        flash(_("Your password is set. Sign in with it."), "ok")
        return redirect(url_for("identity.login"))
    page = render_template("identity/invitation.html", form=form, person=found.person)
    return page, 422 if form.errors else 200


def _chosen(form: ChosenPasswordForm, found: Invitation, key: str) -> bool:
    chosen = form.password.data or ""
    try:
        passwords.check_new_password(chosen, found.person.email)
    except NotValid as error:
        take_errors(form, error.errors)
        return False
    actor = queries.principal_of(db.session, found.person, clock.now()).actor
    hashed = passwords.hash_password(chosen)
    work.run(
        actor,
        "identity:invitation:accepted",
        None,
        lambda unit: services.accept_invitation(unit, key, hashed).code,
    )
    return True
