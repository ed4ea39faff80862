"""Batches of a project."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.forms import BatchForm
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries.projects import REGISTER
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.facilities.routes.projects import page_of
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("batches", __name__, url_prefix="/projects/<code>/batches")


@blueprint.post("")
@requires(REGISTER)
def register_batch(code: str) -> ResponseReturnValue:
    """Register a batch by pseudonym; a refused one comes back with what was typed."""
    row = queries.get_project(db.session, who(), code)
    form = BatchForm()
    if form.validate_on_submit() and _registered(row, form):
        flash(_("The batch is registered."), "ok")
        return redirect(url_for("projects.project", code=code))
    # Read again: the refused unit of work ended the request's transaction.
    row = queries.get_project(db.session, who(), code)
    return render_template("facilities/project.html", **page_of(row, form)), 422


def _registered(row: Project, form: BatchForm) -> bool:
    person, project = who(), row.code
    actor = person.acting_for(REGISTER, organisation=row.organisation.code)

    def command(unit: Work) -> str:
        return services.register_batch(
            unit,
            person,
            code=form.code.data,
            project=project,
            autologous=bool(form.autologous.data),
            donor_code=form.donor_code.data or None,
        )

    try:
        work.run(actor, "facilities:batch:registered", None, command)
    except NotValid as error:
        take_errors(form, error.errors)
        return False
    return True
