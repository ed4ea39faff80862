"""What the finder's column of criteria offers to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hkbio_gmp.booking.forms import Choices, SlotForm
from hkbio_gmp.booking.queries.gates import coverage
from hkbio_gmp.booking.rules.gates import GOWNING
from hkbio_gmp.certification.rules.status import covered_until
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project, Resource
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.filters import day_short, localised


def offer_choices(session: Session, person: PersonPrincipal, form: SlotForm) -> Project | None:
    """Fill the form's choices; the project that is chosen, the first accepted one unless told."""
    projects = [p for p in facilities.list_projects(session, person) if p.status != "closed"]
    form.project.choices = [(p.code, f"{p.code}: {p.title}") for p in projects]
    ready = [p for p in projects if p.status == "accepted"] or projects
    chosen = next((p for p in projects if p.code == form.project.data), None) or next(
        iter(ready), None
    )
    form.facility.choices = [(f.code, f.code) for f in facilities.list_facilities(session)]
    form.grade.choices = [("", ""), *((grade, grade) for grade in "BCD")]
    if chosen is not None:
        form.project.data = chosen.code
        _offer_of_project(session, person, form, chosen)
    return chosen


def _offer_of_project(
    session: Session, person: PersonPrincipal, form: SlotForm, project: Project
) -> None:
    batches = facilities.list_batches(session, person, project=project.code)
    form.batch.choices = [("", ""), *((b.code, b.code) for b in batches)]
    rows = facilities.list_process_classes(session)
    form.process_class.choices = list({row.code: localised(row) for row in rows}.items())
    items = [r for r in facilities.list_resources(session, kind="equipment") if r.bookable]
    form.equipment.choices = [(r.code, _named(r)) for r in items if r.state == "active"]
    people = identity.list_people(session, project.organisation)
    form.operators.choices = _with_gowning(session, project, [p for p in people if p.active])
    codes = {row.code for row in rows}
    if form.process_class.data not in codes:
        form.process_class.data = project.process_class.code
    named = _templates(session, form, project.facility.code)
    form.template.choices = [("", _("None: a length of your own")), *named.values()]
    form.template.data = _listed(session, form, named)


def _listed(session: Session, form: SlotForm, named: dict[str, tuple[str, str]]) -> str:
    """The chosen template by the code under which its run is offered; nothing for another's."""
    sites = [code for code, _label in form.facility.choices]
    runs = [run for site in sites for run in facilities.list_templates(session, site)]
    chosen = next((run for run in runs if run.code == form.template.data), None)
    return named.get(chosen.name, ("", ""))[0] if chosen else ""


def _templates(session: Session, form: SlotForm, home: str) -> dict[str, tuple[str, str]]:
    """Name → code and label of each run of the class; the project's own facility comes first."""
    site = form.facility.data or None
    sites = [code for code, _label in form.facility.choices if site in (None, code)]
    found: dict[str, tuple[str, str]] = {}
    for code in sorted(sites, key=lambda code: code != home):
        for one in facilities.list_templates(session, code):
            if one.process_class == form.process_class.data:
                found.setdefault(one.name, (one.code, localised(one)))
    return found


def _with_gowning(session: Session, project: Project, people: Sequence[Person]) -> Choices:
    """People, with the last day on which each may enter a clean room of the facility."""
    site = project.facility
    keys = [("person", person.email, GOWNING) for person in people]
    (held, _kinds), today = coverage(session, site.code, keys), clock.today(site.zone)
    choices: Choices = []
    for person, key in zip(people, keys, strict=True):
        until = covered_until(held.get(key, ()), today)
        told = _("gowning to %(day)s", day=day_short(until)) if until else _("no gowning")
        choices.append((person.email, f"{person.name} · {told}"))
    return choices


def _named(resource: Resource) -> str:
    return f"{resource.code} {localised(resource)}"
