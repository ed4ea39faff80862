"""Asking for a slot, with readiness beside the form, and editing what was asked."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking.forms import USUAL_WAIT, BookingForm
from hkbio_gmp.booking.present.requesting import (
    REQUEST,
    Preview,
    first_values,
    offer_choices,
    own_projects,
    preview_of,
)
from hkbio_gmp.booking.present.rows import changed_rows, laid_out_rows, steps_of
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.services import alternatives, request_booking
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries import find_template
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, FieldError, NotFound, NotValid, SlotTaken
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("requests", __name__, url_prefix="/bookings")


@blueprint.get("/new")
@requires(REQUEST)
def new_booking() -> ResponseReturnValue:
    """The request form, filled in from the address."""
    projects = own_projects(db.session, who())
    if not projects:
        return render_template("booking/new_without_project.html")
    site = request.args.get("facility")
    there = [project for project in projects if project.facility.code == site]
    project = named_project(there or projects, request.args.get("project"))
    form = BookingForm(formdata=None, data=first_values(request.args, project))
    offer_choices(db.session, who(), form, project)
    if form.template.data and form.resources.data:
        form = _with_rows(form, project, "lay_out")
    return _page(form, project, _previewed(form, project))


@blueprint.post("/new")
@requires(REQUEST)
def create_booking() -> ResponseReturnValue:
    """Ask for the slot, keep a draft, or only check."""
    project = _project()
    form = BookingForm()
    offer_choices(db.session, who(), form, project)
    if "rows" in request.form:
        form = _with_rows(form, project, request.form["rows"])
        return _page(form, project, _previewed(form, project), status=status_of(form))
    if not form.validate_on_submit():
        return _page(form, project, Preview(), status=422)
    if "check" in request.form:
        return _page(form, project, _previewed(form, project))
    try:
        reference = _create(form, project)
    except REFUSED as error:
        return _refused(form, project, error)
    flash(_said(), "ok")
    return redirect(url_for("bookings.booking", reference=reference))


def _said() -> str:
    if "draft" in request.form:
        return _("Kept as a draft.")
    return _("You are in line.") if "wait" in request.form else _("Requested and held.")


@blueprint.post("/check")
@requires(REQUEST)
def check_booking() -> ResponseReturnValue:
    """The readiness panel alone, for the form that is being filled in."""
    project = _project()
    form = BookingForm()
    offer_choices(db.session, who(), form, project)
    found = _previewed(form, project) if form.validate() else Preview()
    return render_template(
        "booking/_checked.html", preview=found, form=form, project=project, now=clock.now()
    )


def named_project(projects: list[Project], code: str | None) -> Project:
    """The project of that code, the first where none is named. Raises NotFound."""
    if not code:
        return projects[0]
    found = next((project for project in projects if project.code == code), None)
    if found is None:
        raise NotFound()
    return found


def _project() -> Project:
    projects = own_projects(db.session, who())
    if not projects:
        raise NotFound()
    return named_project(projects, request.form.get("project"))


def _with_rows(form: BookingForm, project: Project, act: str) -> BookingForm:
    """The form with its sessions laid out anew, or changed by a button of theirs."""
    form.validate()
    data = {**form.data, "sessions": changed_rows(form.data["sessions"], act, form.starts_at.data)}
    errors: list[FieldError] = []
    if act == "lay_out":
        wish = replace(form.wish(project, draft=True), sessions=())
        wish = wish if wish.template else form.stretch_wish(project)
        try:
            data["sessions"] = laid_out_rows(db.session, wish)
        except NotValid as error:
            errors = error.errors
        if wish.template and not errors:
            found = find_template(db.session, project.facility.code, wish.template)
            data["process_class"] = found.process_class if found else data["process_class"]
    made = BookingForm(formdata=None, data=data)
    offer_choices(db.session, who(), made, project)
    take_errors(made, errors)
    return made


def _previewed(form: BookingForm, project: Project) -> Preview:
    if not (form.resources.data or form.names_resources) or not form.says_times:
        return Preview()
    return preview_of(db.session, who(), form.wish(project, draft=True))


def _create(form: BookingForm, project: Project) -> str:
    person, draft = who(), "draft" in request.form
    waits = "wait" in request.form and not draft
    wish = form.wish(project, draft=draft, waits=waits)
    act = "waitlisted" if waits else "requested"
    return work.run(
        person.acting_for(REQUEST, organisation=project.organisation.code),
        f"booking:slot:{'drafted' if draft else act}",
        None,
        lambda unit: request_booking(unit, person, wish).reference,
    )


def _refused(form: BookingForm, project: Project, error: DomainError) -> ResponseReturnValue:
    findings = take_refusal(form, error)
    instead: list[Slot] | None = None
    if isinstance(error, SlotTaken):
        wish = form.wish(project, draft=True)
        instead = alternatives(db.session, who(), wish, clock.now())
        starts = wish.sessions[0].starts if wish.sessions else wish.starts
        form.waitlist.data = form.waitlist.data or (starts + USUAL_WAIT if starts else None)
    return _page(form, project, Preview(findings), instead, status_of(form, error))


def _page(
    form: BookingForm,
    project: Project,
    preview: Preview,
    instead: list[Slot] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "booking/new.html",
        form=form,
        project=project,
        projects=own_projects(db.session, who()),
        preview=preview,
        steps=steps_of(db.session, form, project),
        said={one.session.number: one for one in preview.apart},
        instead=instead or [],
        taken=instead is not None or "wait" in request.form,
        now=clock.now(),
    )
    return page, status
