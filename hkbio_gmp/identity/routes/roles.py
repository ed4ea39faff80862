"""Roles: proposed and ended by administrators, confirmed or refused at the facility."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import GrantForm, MaybeReasonForm, ReasonForm
from hkbio_gmp.identity.presence import settings, who
from hkbio_gmp.identity.routes.admin import person_page, scope_choices
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.timerange import day_end
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.forms import BaseForm
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("roles", __name__, url_prefix="/admin")
PROPOSE, CONFIRM, END = "identity:grant:propose", "identity:grant:confirm", "identity:grant:end"
_PAST = {"confirm": "confirmed", "refuse": "refused"}


def waiting(found: Principal) -> int:
    """How many roles wait for this person's confirmation."""
    if not isinstance(found, PersonPrincipal):
        return 0
    return len(queries.list_proposed_grants(db.session, found))


@blueprint.post("/people/<code>/grants")
@requires(PROPOSE)
def propose(code: str) -> ResponseReturnValue:
    """Propose a role for an account."""
    found, form = queries.get_person_by_code(db.session, code), GrantForm(scopes=scope_choices())
    if not form.validate() or not _proposed(form, found.email):
        return person_page(queries.get_person_by_code(db.session, code), form), 422
    flash(_("The role is proposed."), "ok")
    return redirect(url_for("admin.person", code=code))


def _proposed(form: GrantForm, email: str) -> bool:
    person, role, scope, ends = who(), form.role.data, form.scope.data, _ends(form)
    try:
        work.run(
            person.acting_for(PROPOSE),
            "identity:grant:proposed",
            None,
            lambda unit: services.propose_grant(unit, person, email, role, scope, ends).id,
        )
    except NotValid as error:
        take_errors(form, error.errors)
        return False
    return True


def _ends(form: GrantForm) -> datetime | None:
    return day_end(form.ends.data, settings().zone) if form.ends.data else None


@blueprint.post("/grants/<int(max=2147483647):key>/end")
@requires(END)
def end(key: int) -> ResponseReturnValue:
    """End a role at once."""
    form, person = ReasonForm(), who()
    if not form.validate():
        holder = queries.get_grant(db.session, key).person
        return person_page(holder, GrantForm(scopes=scope_choices()), ending=(key, form)), 422
    code = work.run(
        person.acting_for(END),
        "identity:grant:ended",
        form.reason.data,
        lambda unit: services.end_grant(unit, person, key).person.code,
    )
    flash(_("The role has ended."), "ok")
    return redirect(url_for("admin.person", code=code))


@blueprint.get("/confirmations")
@requires(CONFIRM)
def confirmations() -> ResponseReturnValue:
    """Proposed roles that this facility decides on."""
    return _confirmations(ReasonForm())


def _confirmations(form: BaseForm, wrong: int | None = None) -> str:
    grants = queries.list_proposed_grants(db.session, who())
    return render_template("identity/confirmations.html", grants=grants, reason=form, wrong=wrong)


@blueprint.post("/confirmations/<int(max=2147483647):key>/<any(confirm, refuse):verb>")
@requires(CONFIRM)
def decide(key: int, verb: str) -> ResponseReturnValue:
    """Confirm or refuse a proposed role; refusing needs a reason."""
    form, person = ReasonForm() if verb == "refuse" else MaybeReasonForm(), who()
    if not form.validate():
        return _confirmations(form, key), 422
    work.run(
        person.acting_for(CONFIRM),
        f"identity:grant:{_PAST[verb]}",
        form.reason.data or None,
        lambda unit: services.decide_grant(unit, person, key, verb).id,
    )
    flash(_("Decided."), "ok")
    return redirect(url_for(".confirmations"))
