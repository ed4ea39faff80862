"""A facility's changeover and segregation rules, edited by its manager as a new version."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import panels, queries, services
from hkbio_gmp.facilities.forms_rules import RulesForm
from hkbio_gmp.facilities.models import Facility, RuleSet
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.facilities.rules.lengths import written
from hkbio_gmp.facilities.rules.rulebook import (
    StatedRules,
    differences,
    draft_of,
    is_reordered,
    problems,
)
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid, Stale
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("rulebook", __name__, url_prefix="/facilities/<code>/rules")
_REMOVE = re.compile(r"(changeover|segregation)-remove-([0-9]{1,3})")


@blueprint.route("/change", methods=["GET", "POST"])
@requires(EDIT)
def change_rules(code: str) -> ResponseReturnValue:
    """Edit the rows, look at what would change, then put a new version in force."""
    if not who().may(EDIT, facility=code):
        raise NotFound()
    facility = queries.get_facility(db.session, code)
    present = queries.list_rule_sets(db.session, code)[0]
    if request.method == "GET":
        return _page(facility, present, RulesForm(formdata=None, data=_data(present)))
    if "rows" in request.form:
        return _page(facility, present, _with_rows(RulesForm()))
    form = RulesForm()
    _offer(form, code)
    if not form.validate_on_submit() or not _is_whole(form, code):
        return _page(facility, present, form)
    if request.form.get("step") != "save" or not _saved(form, code):
        return _page(facility, present, form, looked=not form.errors and not form.form_errors)
    flash(_("The rules are in force for new decisions."), "ok")
    return redirect(url_for("facilities.rules", code=code))


def _is_whole(form: RulesForm, code: str) -> bool:
    wrong = problems(form.stated, list(queries.class_facts(db.session, code)))
    take_row_errors(form, wrong)
    return not wrong


def _saved(form: RulesForm, code: str) -> bool:
    person, stated, version = who(), form.stated, form.version.data
    try:
        work.run(
            person.acting_for(EDIT, facility=code),
            "facilities:rules:changed",
            form.reason.data,
            lambda unit: services.change_rules(unit, person, code, stated, version),
        )
    except (NotValid, Stale) as error:
        take_row_errors(form, error.errors or [FieldError("", error.detail, error.title)])
        return False
    return True


def take_row_errors(form: RulesForm, errors: list[FieldError]) -> None:
    """Put errors on the controls of rows that they name, the rest on the form."""
    for error in errors:
        section, _dash, rest = error.field.partition("-")
        number, _dash, name = rest.partition("-")
        if name and section in form:
            take_errors(form[section][int(number)].form, [FieldError(name, *_told(error))])
            form[section].errors = [*form[section].errors, {name: [""]}]
        else:
            take_errors(form, [error])


def _told(error: FieldError) -> tuple[Any, Any]:
    return error.message, error.remedy


def _data(present: RuleSet) -> dict[str, Any]:
    changeover = [
        {
            "before": row["from"],
            "after": row["to"],
            "same_series": row["same_series"],
            "length": written(row["minutes"]),
            "cleaning": row["cleaning"],
            "source": row["source"],
        }
        for row in present.changeover
    ]
    segregation = [
        {**row, "one": row["classes"][0], "other": row["classes"][1]} for row in present.segregation
    ]
    return {"version": present.version, "changeover": changeover, "segregation": segregation}


def _with_rows(form: RulesForm) -> RulesForm:
    """The form with a row more or less; what was typed stays."""
    act, data = request.form["rows"], form.data
    if act in ("changeover-add", "segregation-add"):
        data[act.removesuffix("-add")].append({})
    elif (found := _REMOVE.fullmatch(act)) and int(found[2]) < len(data[found[1]]):
        data[found[1]].pop(int(found[2]))
    return RulesForm(formdata=None, data=data)


def _offer(form: RulesForm, code: str) -> None:
    classes = queries.class_facts(db.session, code).values()
    form.offer([("*", _("any class")), *((one.code, localised(one)) for one in classes)])


def _page(
    facility: Facility, present: RuleSet, form: RulesForm, *, looked: bool = False
) -> ResponseReturnValue:
    _offer(form, facility.code)
    found: dict[str, Any] = {"changes": [], "reordered": False, "panels": []}
    if looked:
        old = StatedRules(tuple(present.changeover), tuple(present.segregation))
        found = {
            "changes": differences(old, form.stated),
            "reordered": is_reordered(old, form.stated),
            "panels": _panels(facility, form.stated),
        }
    page = render_template(
        "facilities/rules_edit.html",
        facility=facility,
        present=present,
        form=form,
        looked=looked,
        **found,
    )
    return page, 422 if form.errors or form.form_errors else 200


def _panels(facility: Facility, stated: StatedRules) -> list[Markup]:
    classes = list(queries.class_facts(db.session, facility.code))
    version = facility.rules_version + 1
    draft = draft_of(stated, facility.code, facility.zone, version, classes)
    # Panels are rendered from templates of ours, which escape what people typed.
    return [Markup(html) for html in panels.panels_of("rules_draft", db.session, who(), draft)]  # noqa: S704
