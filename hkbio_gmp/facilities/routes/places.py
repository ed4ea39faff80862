"""Pages of facilities, their resources and their rules."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import panels, queries
from hkbio_gmp.facilities.drawing import drawn
from hkbio_gmp.facilities.models import Facility, Resource, RuleSet
from hkbio_gmp.facilities.queries.catalogue import EDIT, READ
from hkbio_gmp.facilities.rules.fitness import fitting_classes
from hkbio_gmp.facilities.rules.opening import ClosedSpan, closed_spans
from hkbio_gmp.facilities.rules.rulebook import Difference, StatedRules, differences
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.web.guards import principal, requires

blueprint = Blueprint("facilities", __name__)
_CLOSED_DAYS_AHEAD = timedelta(days=365)


@blueprint.get("/facilities")
@requires(READ)
def facilities() -> ResponseReturnValue:
    """All facilities, each with its rooms by grade."""
    rows = queries.list_facilities(db.session)
    rooms = {row.code: queries.list_resources(db.session, row.code, "room") for row in rows}
    return render_template("facilities/list.html", facilities=rows, rooms=rooms)


@blueprint.get("/facilities/<code>")
@requires(READ)
def facility(code: str) -> ResponseReturnValue:
    """One facility: facts, zones with their rooms, equipment, hours, closed days, classes."""
    row = queries.get_facility(db.session, code)
    resources = queries.list_resources(db.session, code)
    return render_template(
        "facilities/facility.html",
        facility=row,
        zones=queries.list_air_zones(db.session, code),
        resources=resources,
        states=panels.states_of(db.session, principal(), code),
        hours=queries.list_opening_hours(db.session, code),
        closures=queries.list_closures(db.session, code, clock.today(row.zone)),
        closed=closed_ahead(row),
        classes=queries.list_process_classes(db.session, code),
        templates=[drawn(row) for row in queries.list_template_rows(db.session, code)],
        may_edit=principal().may(EDIT, facility=code),
        panels=_panels("facility", row),
    )


def closed_ahead(row: Facility) -> list[ClosedSpan]:
    """Closed days of the coming year, in the facility's zone, neighbours joined."""
    first = clock.today(row.zone)
    days = queries.closed_days(db.session, row.code, first, first + _CLOSED_DAYS_AHEAD)
    return closed_spans(days)


def _panels(kind: str, row: Facility | Resource) -> list[Markup]:
    # Panels are rendered from templates of ours, which escape what people typed.
    found = panels.panels_of(kind, db.session, principal(), row)
    return [Markup(html) for html in found]  # noqa: S704


@blueprint.get("/facilities/<code>/rules")
@requires(READ)
def rules(code: str) -> ResponseReturnValue:
    """Changeover and segregation of a version, the present one unless asked."""
    row = queries.get_facility(db.session, code)
    sets = queries.list_rule_sets(db.session, code)
    wanted = request.args.get("version", row.rules_version, int)
    shown = next((item for item in sets if item.version == wanted), None)
    if shown is None:
        raise NotFound()
    against = request.args.get("against", None, int)
    other = next((item for item in sets if item.version == against), None)
    return render_template(
        "facilities/rules.html",
        facility=row,
        other=other,
        changes=_between(other, shown) if other else [],
        may_edit=principal().may(EDIT, facility=code),
        sets=sets,
        shown=shown,
        matrix=queries.changeover_matrix(db.session, code, wanted),
        classes=queries.class_facts(db.session, code),
        panels=_panels("rules", row),
    )


def _between(old: RuleSet, new: RuleSet) -> list[Difference]:
    stated = [StatedRules(tuple(one.changeover), tuple(one.segregation)) for one in (old, new)]
    return differences(*stated)


@blueprint.get("/resources/<code>")
@requires(READ)
def resource(code: str) -> ResponseReturnValue:
    """One room, suite or item of equipment."""
    row = queries.get_resource(db.session, code)
    facility = row.facility
    facts = queries.resource_facts(db.session, facility.code)
    states = panels.states_of(db.session, principal(), facility.code)
    return render_template(
        "facilities/resource.html",
        resource=row,
        facility=facility,
        equipment=queries.list_equipment_in(db.session, row),
        suites=[item for item in facts.values() if code in item.members and item.active],
        states=states.get(code, []),
        equipment_states=states,
        hours=queries.list_opening_hours(db.session, facility.code),
        closed=closed_ahead(facility),
        fitting=fitting_classes(
            facts[code], queries.class_facts(db.session, facility.code).values(), facts.values()
        ),
        panels=_panels("resource", row),
    )
