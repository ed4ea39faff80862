"""Process templates of a facility, edited by its manager."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.forms import ReasonForm, TemplateForm
from hkbio_gmp.facilities.models import Facility, TemplateRow
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.facilities.rules.lengths import written
from hkbio_gmp.facilities.rules.sections import EQUIPMENT_KINDS
from hkbio_gmp.facilities.services import TemplateWish
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires
from hkbio_gmp.work import Work

blueprint = Blueprint("templates", __name__, url_prefix="/facilities/<code>/templates")
_REMOVE = re.compile(r"remove-(\d{1,2})")


def _own_facility(code: str) -> Facility:
    """The facility, to whoever may edit it; to others there is no such page."""
    if not who().may(EDIT, facility=code):
        raise NotFound()
    return queries.get_facility(db.session, code)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(EDIT)
def new_template(code: str) -> ResponseReturnValue:
    """Add a template, with the reason."""
    facility = _own_facility(code)
    form = _offered(TemplateForm(), code)
    if "rows" in request.form:
        return _page(facility, _with_rows(form, code), None)
    if request.method == "GET":
        form.steps.append_entry({"offset": "0", "length": "8h", "attended": True, "room": True})
    if form.validate_on_submit() and _coded(form):
        person, wish = who(), _wish(form)
        short = form.code.data
        if _done(
            form,
            code,
            "facilities:template:added",
            lambda unit: services.add_template(unit, person, code, short, wish),
        ):
            flash(_("The template is added."), "ok")
            return redirect(url_for("facilities.facility", code=code) + "#templates")
    return _page(facility, form, None)


@blueprint.route("/<template>", methods=["GET", "POST"])
@requires(EDIT)
def change_template(code: str, template: str) -> ResponseReturnValue:
    """Change a template, with the reason; a retired one is offered again."""
    facility = _own_facility(code)
    row = queries.get_template_row(db.session, code, template)
    form = _offered(TemplateForm(data=_data(row)), code)
    if "rows" in request.form:
        return _page(facility, _with_rows(form, code), row)
    if form.validate_on_submit():
        person, wish, version = who(), _wish(form), form.version.data
        if _done(
            form,
            code,
            "facilities:template:changed",
            lambda unit: services.change_template(unit, person, code, template, wish, version),
        ):
            flash(_("The template is changed."), "ok")
            return redirect(url_for("facilities.facility", code=code) + "#templates")
    return _page(facility, form, row)


@blueprint.route("/<template>/retire", methods=["GET", "POST"])
@requires(EDIT)
def retire_template(code: str, template: str) -> ResponseReturnValue:
    """Offer a template no more, with the reason."""
    facility = _own_facility(code)
    row = queries.get_template_row(db.session, code, template)
    form = ReasonForm(version=row.version)
    if form.validate_on_submit():
        person, version = who(), form.version.data
        if _done(
            form,
            code,
            "facilities:template:retired",
            lambda unit: services.retire_template(unit, person, code, template, version),
        ):
            flash(_("The template is retired."), "ok")
            return redirect(url_for("facilities.facility", code=code) + "#templates")
    page = render_template(
        "facilities/template_retire.html", facility=facility, template=row, form=form
    )
    return page, 422 if form.errors or form.form_errors else 200


def _offered(form: TemplateForm, code: str) -> TemplateForm:
    classes = queries.class_facts(db.session, code)
    form.process_class.choices = [(c.code, localised(c)) for c in classes.values()]
    return form


def _data(row: TemplateRow) -> dict[str, Any]:
    names = ("process_class", "name", "name_zh", "source", "version")
    steps = [
        {
            "name": step.name,
            "name_zh": step.name_zh,
            "offset": written(step.offset_minutes),
            "length": written(step.length_minutes),
            "attended": step.attended,
            "room": step.room,
            "equipment": ", ".join(step.equipment),
        }
        for step in row.active_steps
    ]
    return {**{name: getattr(row, name) for name in names}, "steps": steps}


def _with_rows(form: TemplateForm, code: str) -> TemplateForm:
    """The form with a step more or less; what was typed stays."""
    act = request.form["rows"]
    steps = list(form.data["steps"])
    if act == "add":
        steps.append({"attended": True, "room": True})
    elif (found := _REMOVE.fullmatch(act)) and int(found[1]) < len(steps):
        steps.pop(int(found[1]))
    return _offered(TemplateForm(formdata=None, data={**form.data, "steps": steps}), code)


def _coded(form: TemplateForm) -> bool:
    if form.code.data:
        return True
    said = Message("The template has no code.")
    take_errors(form, [FieldError("code", said, Message("Give a short one, such as CART."))])
    return False


def _wish(form: TemplateForm) -> TemplateWish:
    return TemplateWish(
        process_class=form.process_class.data,
        name=form.name.data,
        name_zh=form.name_zh.data,
        source=form.source.data,
        steps=tuple(row.form.step(number) for number, row in enumerate(form.steps, 1)),
    )


def _done(
    form: TemplateForm | ReasonForm, code: str, action: str, command: Callable[[Work], object]
) -> bool:
    actor = who().acting_for(EDIT, facility=code)
    try:
        work.run(actor, action, form.reason.data, command)
    except (NotValid, Stale) as error:
        take_errors(form, error.errors or [FieldError("", error.detail, error.title)])
        return False
    return True


def _page(facility: Facility, form: TemplateForm, row: TemplateRow | None) -> ResponseReturnValue:
    page = render_template(
        "facilities/template_edit.html",
        facility=facility,
        form=form,
        template=row,
        kinds=EQUIPMENT_KINDS,
    )
    return page, 422 if form.errors or form.form_errors else 200
