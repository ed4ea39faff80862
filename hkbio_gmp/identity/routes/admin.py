"""Administration of accounts and roles; confirmation of GMP roles at the facility."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import GrantForm, PersonForm, ReasonForm
from hkbio_gmp.identity.models import Person, Scope
from hkbio_gmp.identity.routes.sign_in import settings
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.timerange import day_end
from hkbio_gmp.web.forms import take_errors
from hkbio_gmp.web.guards import principal, requires

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


def who() -> PersonPrincipal:
    """The person who asks."""
    found = principal()
    if not isinstance(found, PersonPrincipal):
        raise NotFound()
    return found


def waiting(found: Principal) -> int:
    """How many roles wait for this person's confirmation."""
    if not isinstance(found, PersonPrincipal):
        return 0
    return len(queries.list_proposed_grants(db.session, found))


@blueprint.get("")
@requires("identity:person:invite")
def people() -> ResponseReturnValue:
    """Everybody's accounts."""
    return render_template("identity/people.html", people=queries.list_people(db.session))


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires("identity:person:invite")
def new_person() -> ResponseReturnValue:
    """Add an account; its roles come after it."""
    form = PersonForm()
    organisations = queries.list_organisations(db.session)
    form.organisation.choices = [("", _("None")), *((o.code, o.name) for o in organisations)]
    if form.validate_on_submit():
        try:
            code = work.run(
                who().acting_for("identity:person:invite"),
                "identity:person:added",
                None,
                lambda unit: (
                    services.add_person(
                        unit,
                        form.email.data,
                        form.name.data,
                        organisation=form.organisation.data or None,
                    ).code
                ),
            )
            return redirect(url_for(".person", code=code))
        except NotValid as error:
            take_errors(form, error.errors)
    return render_template("identity/person_new.html", form=form), 422 if form.errors else 200


def _person(code: str) -> Person:
    number = code.removeprefix("U")
    found = db.session.get(Person, int(number)) if number.isdigit() and len(number) < 10 else None
    if found is None:
        raise NotFound()
    return found


def _scopes() -> list[tuple[str, str]]:
    rows = db.session.query(Scope).order_by(Scope.kind, Scope.code)
    return [("system", "SYSTEM"), *((s.code, s.code) for s in rows if s.kind != "system")]


@blueprint.get("/people/<code>")
@requires("identity:person:invite")
def person(code: str) -> ResponseReturnValue:
    """One account with its roles."""
    return _person_page(_person(code), GrantForm(scopes=_scopes()))


def _person_page(found: Person, form: GrantForm) -> str:
    return render_template(
        "identity/person.html",
        person=found,
        grants=queries.list_grants(db.session, found),
        form=form,
        reason=ReasonForm(),
    )


@blueprint.post("/people/<code>/grants")
@requires("identity:grant:propose")
def propose(code: str) -> ResponseReturnValue:
    """Propose a role for an account."""
    found, form = _person(code), GrantForm(scopes=_scopes())
    if not form.validate():
        return _person_page(found, form), 422
    email, ends = found.email, _ends(form)
    try:
        work.run(
            who().acting_for("identity:grant:propose"),
            "identity:grant:proposed",
            None,
            lambda unit: services.propose_grant(
                unit, who(), email, form.role.data, form.scope.data, ends
            ),
        )
    except NotValid as error:
        take_errors(form, error.errors)
        return _person_page(_person(code), form), 422
    flash(_("The role is proposed."), "ok")
    return redirect(url_for(".person", code=code))


def _ends(form: GrantForm) -> datetime | None:
    return day_end(form.ends.data, settings().zone) if form.ends.data else None


@blueprint.post("/people/<code>/disable")
@requires("identity:person:disable")
def disable(code: str) -> ResponseReturnValue:
    """Disable an account for good."""
    found, form = _person(code), ReasonForm()
    if not form.validate():
        return _person_page(found, GrantForm(scopes=_scopes())), 422
    email = found.email
    work.run(
        who().acting_for("identity:person:disable"),
        "identity:person:disabled",
        form.reason.data,
        lambda unit: services.disable_person(unit, email),
    )
    flash(_("The account is disabled."), "ok")
    return redirect(url_for(".person", code=code))


@blueprint.post("/grants/<int:key>/end")
@requires("identity:grant:end")
def end_grant(key: int) -> ResponseReturnValue:
    """End a role at once."""
    form = ReasonForm()
    if not form.validate():
        flash(_("Give the reason for which the role ends."), "block")
        return redirect(url_for(".people"))
    work.run(
        who().acting_for("identity:grant:end"),
        "identity:grant:ended",
        form.reason.data,
        lambda unit: services.end_grant(unit, who(), key).id,
    )
    flash(_("The role has ended."), "ok")
    return redirect(url_for(".people"))


@blueprint.get("/confirmations")
@requires("identity:grant:confirm")
def confirmations() -> ResponseReturnValue:
    """Proposed roles that this facility decides on."""
    grants = queries.list_proposed_grants(db.session, who())
    return render_template("identity/confirmations.html", grants=grants, reason=ReasonForm())


@blueprint.post("/confirmations/<int:key>/<any(confirm, refuse):verb>")
@requires("identity:grant:confirm")
def decide(key: int, verb: str) -> ResponseReturnValue:
    """Confirm or refuse a proposed role; refusing needs a reason."""
    form = ReasonForm()
    if verb == "refuse" and not form.validate():
        flash(_("Give the reason for which the role is refused."), "block")
        return redirect(url_for(".confirmations"))
    past = {"confirm": "confirmed", "refuse": "refused"}[verb]
    work.run(
        who().acting_for("identity:grant:confirm"),
        f"identity:grant:{past}",
        form.reason.data or None,
        lambda unit: services.decide_grant(unit, who(), key, verb).id,
    )
    flash(_("Decided."), "ok")
    return redirect(url_for(".confirmations"))
