"""Closures of a facility, edited by its manager."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.forms import ClosureForm, ReasonForm
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("closures", __name__, url_prefix="/facilities/<code>/closures")


def _own_facility(code: str) -> Facility:
    """The facility, to whoever may edit it; to others there is no such page."""
    # A manager of one facility learns nothing of another's forms.
    if not who().may(EDIT, facility=code):
        raise NotFound()
    return queries.get_facility(db.session, code)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(EDIT)
def new_closure(code: str) -> ResponseReturnValue:
    """Add a closure, with the reason."""
    facility = _own_facility(code)
    form = ClosureForm()
    if form.validate_on_submit() and _added(code, form):
        flash(_("The closure is added."), "ok")
        return redirect(url_for("facilities.facility", code=code))
    page = render_template("facilities/closure_new.html", facility=facility, form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _added(code: str, form: ClosureForm) -> bool:
    person = who()

    def command(unit: Work) -> str:
        return services.add_closure(
            unit,
            person,
            code,
            first=form.first.data,
            last=form.last.data,
            name=form.name.data,
            name_zh=form.name_zh.data,
            source=form.source.data,
        )

    actor = person.acting_for(EDIT, facility=code)
    try:
        work.run(actor, "facilities:closure:added", form.reason.data, command)
    except NotValid as error:
        take_errors(form, error.errors)
        return False
    return True


@blueprint.route("/<closure>/withdraw", methods=["GET", "POST"])
@requires(EDIT)
def withdraw(code: str, closure: str) -> ResponseReturnValue:
    """Withdraw a closure, with the reason; its history stays."""
    facility = _own_facility(code)
    row = queries.get_closure(db.session, code, closure)
    form = ReasonForm(version=row.version)
    if not form.validate_on_submit():
        page = render_template(
            "facilities/closure_withdraw.html", facility=facility, closure=row, form=form
        )
        return page, 422 if form.errors else 200
    person, version = who(), form.version.data
    work.run(
        person.acting_for(EDIT, facility=code),
        "facilities:closure:withdrawn",
        form.reason.data,
        lambda unit: services.withdraw_closure(unit, person, code, closure, version=version),
    )
    flash(_("The closure is withdrawn."), "ok")
    return redirect(url_for("facilities.facility", code=code))
