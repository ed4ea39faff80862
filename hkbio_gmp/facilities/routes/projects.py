"""Projects: proposed by their organisation, accepted or closed by the facility's quality."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from hkbio_gmp import work
from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.words import history_items
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import panels, queries, services
from hkbio_gmp.facilities.forms import (
    AcceptForm,
    BatchForm,
    ProjectFilterForm,
    ProjectForm,
    ReasonForm,
)
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries.projects import ACCEPT, CLOSE, PROPOSE, READ, REGISTER
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.facilities.services.projects import obstacle_to_accept
from hkbio_gmp.identity.services.signing import prove_password
from hkbio_gmp.kernel.errors import NotFound, NotValid, SignatureRefused, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.filters import chinese
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("projects", __name__, url_prefix="/projects")
STALE = Message("The project has changed since you read it. Read it again, then decide.")


@blueprint.get("")
@requires(READ)
def projects() -> ResponseReturnValue:
    """The projects within reach, proposals first."""
    form = ProjectFilterForm()
    facilities = queries.list_facilities(db.session)
    form.facility.choices = [("", _("All")), *((row.code, row.code) for row in facilities)]
    valid = form.validate()
    rows = _listed(form) if valid else []
    page = render_template(
        "facilities/projects.html", projects=rows, form=form, may_propose=who().may(PROPOSE)
    )
    return page, 200 if valid else 422


def _listed(form: ProjectFilterForm) -> list[Project]:
    return queries.list_projects(
        db.session, who(), facility=form.facility.data or None, status=form.status.data or None
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(PROPOSE)
def new_project() -> ResponseReturnValue:
    """Propose a project of one's own organisation."""
    form = ProjectForm()
    _offer_choices(form)
    if form.validate_on_submit():
        code = _proposed(form)
        if code is not None:
            flash(_("Proposed. Quality of the facility decides."), "ok")
            return redirect(url_for(".project", code=code))
    page = render_template("facilities/project_new.html", form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _offer_choices(form: ProjectForm) -> None:
    own = who().organisations(PROPOSE) or frozenset()
    form.organisation.choices = [(code, code) for code in sorted(own)]
    rows = queries.list_facilities(db.session)
    form.facility.choices = [(row.code, f"{row.code}: {_name(row)}") for row in rows]
    classes = queries.list_process_classes(db.session)
    # Facilities may name a class differently; the code is what they share.
    form.process_class.choices = list({row.code: _name(row) for row in classes}.items())


def _name(row: Any) -> str:
    return str(row.name_zh if chinese() else row.name)


def _proposed(form: ProjectForm) -> str | None:
    person, proposal = who(), form.proposal()
    actor = person.acting_for(PROPOSE, organisation=proposal.organisation)
    try:
        return work.run(
            actor,
            "facilities:project:proposed",
            None,
            lambda unit: services.propose_project(unit, person, proposal),
        )
    except NotValid as error:
        take_errors(form, error.errors)
        return None


@blueprint.get("/<code>")
@requires(READ)
def project(code: str) -> ResponseReturnValue:
    """One project with its batches and history."""
    row = queries.get_project(db.session, who(), code)
    return render_template("facilities/project.html", **page_of(row))


def page_of(row: Project, batch_form: BatchForm | None = None) -> dict[str, Any]:
    """What the project's page shows to whoever asks."""
    person, log = who(), row.facility.code
    obstacle = obstacle_to_accept(person, row)
    return {
        "project": row,
        "batches": queries.list_batches(db.session, person, project=row.code),
        "batch_form": batch_form or BatchForm(),
        "may_register": person.may(REGISTER, organisation=row.organisation.code),
        "may_decide": person.may(ACCEPT, facility=log) and row.status == "proposed",
        "obstacle": obstacle.detail if obstacle else None,
        "may_close": person.may(CLOSE, facility=log) and row.status != "closed",
        "accept_form": AcceptForm(formdata=None, version=row.version),
        "record": services.project_record(db.session, row),
        "signer": person.name,
        "history": history_items(record_history(db.session, log, "project", row.code)),
        "panels": [
            Markup(html)  # noqa: S704 - panels are rendered from templates of ours
            for html in panels.panels_of("project", db.session, person, row)
        ],
    }


@blueprint.route("/<code>/accept", methods=["GET", "POST"])
@requires(ACCEPT)
def accept(code: str) -> ResponseReturnValue:
    """Accept a proposal with a signature."""
    row = _to_decide(code, ACCEPT)
    form = AcceptForm(version=row.version)
    status = 200
    if form.validate_on_submit():
        try:
            _sign_acceptance(row, form)
        except SignatureRefused as error:
            take_errors(form, error.errors)
            status = error.status
        else:
            flash(_("Accepted and signed."), "ok")
            return redirect(url_for(".project", code=code))
    # Read again: the failed proof ended the request's transaction.
    record = services.project_record(db.session, _to_decide(code, ACCEPT))
    page = render_template(
        "facilities/project_accept.html", project=row, form=form, record=record, signer=who().name
    )
    return page, 422 if form.errors and status == 200 else status


def _to_decide(code: str, permission: str) -> Project:
    """The project, to quality of its facility; to others there is no such page."""
    row = queries.get_project(db.session, who(), code)
    if not who().may(permission, facility=row.facility.code):
        raise NotFound()
    return row


def _sign_acceptance(row: Project, form: AcceptForm) -> None:
    person, code = who(), row.code
    # What was read is what is signed: a later version needs another reading.
    if str(row.version) != form.version.data:
        raise Stale(STALE)
    if obstacle := obstacle_to_accept(person, row):
        raise obstacle
    record = services.project_record(db.session, row)
    actor = person.acting_for(ACCEPT, facility=row.facility.code)
    proof = prove_password(
        db.session,
        current_app.extensions["settings"],
        person.person_id,
        form.password.data,
        record,
    )

    def command(unit: Work) -> str:
        return services.accept_project(unit, person, proof, code)

    work.run(actor, "facilities:project:accepted", form.reason.data or None, command)


@blueprint.route("/<code>/close", methods=["GET", "POST"])
@requires(CLOSE)
def close(code: str) -> ResponseReturnValue:
    """Close a project, or refuse a proposal, with the reason."""
    row = _to_decide(code, CLOSE)
    form = ReasonForm(version=row.version)
    if not form.validate_on_submit():
        page = render_template("facilities/project_close.html", project=row, form=form)
        return page, 422 if form.errors else 200
    if row.version != form.version.data:
        raise Stale(STALE)
    person = who()
    work.run(
        person.acting_for(CLOSE, facility=row.facility.code),
        "facilities:project:closed",
        form.reason.data,
        lambda unit: services.close_project(unit, person, code),
    )
    flash(_("The project is closed."), "ok")
    return redirect(url_for(".project", code=code))
