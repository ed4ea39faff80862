"""The request form: its choices, its first values, what its readiness would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hkbio_gmp.booking.forms import BookingForm, Choices, usual_length
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.shifting import SessionSaid
from hkbio_gmp.booking.services import BookingWish, preview, sessions_apart, ways_out
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project, Resource
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, FieldError
from hkbio_gmp.kernel.findings import Finding, Verdict
from hkbio_gmp.kernel.timerange import TimeRange, within_reach
from hkbio_gmp.web.filters import localised

REQUEST = "booking:slot:request"
_OPENS = 9


@dataclass(frozen=True)
class Preview:
    """What a request would be told."""

    findings: list[Finding] = field(default_factory=list)
    occupancy: TimeRange | None = None
    errors: list[FieldError] = field(default_factory=list)
    ways: list[Change] = field(default_factory=list)
    project: str = ""
    apart: list[SessionSaid] = field(default_factory=list)
    template: str | None = None

    def way_url(self, change: Change) -> str | None:
        """The form filled in with a change; a renewal is made among the certificates."""
        plan = change.plan
        if change.kind == "renewal":
            return url_for("certification.register_page", facility=plan.facility.code)
        if change.kind == "closed":
            return url_for("projects.project", code=self.project)
        return url_for(
            "requests.new_booking",
            project=self.project,
            batch=plan.series if plan.series != self.project else None,
            process_class=plan.needs.code,
            template=self.template,
            resources=list(dict.fromkeys(use.resource for use in plan.uses)),
            starts_at=change.starts.isoformat(),
            ends_at=max(session.slot.ends for session in plan.sessions).isoformat(),
            operators=list(plan.operators),
        )


def own_projects(session: Session, person: PersonPrincipal) -> list[Project]:
    """Projects for which the person may ask for slots, accepted ones first."""
    rows = [
        row
        for row in facilities.list_projects(session, person)
        if row.status != "closed" and person.may(REQUEST, organisation=row.organisation.code)
    ]
    return sorted(rows, key=lambda row: row.status != "accepted")


def offer_choices(
    session: Session, person: PersonPrincipal, form: BookingForm, project: Project
) -> None:
    """Fill in what can be chosen within a project."""
    site = project.facility.code
    batches = facilities.list_batches(session, person, project=project.code)
    form.batch.choices = [("", "–"), *((b.code, b.code) for b in batches)]
    classes = facilities.list_process_classes(session, site)
    form.process_class.choices = [(c.code, localised(c)) for c in classes]
    rooms = [r for r in facilities.list_resources(session, site) if r.bookable]
    templates = facilities.list_templates(session, site)
    form.template.choices = [
        ("", gettext("No template: times of my own")),
        *((t.code, localised(t)) for t in _own_first(templates, project)),
    ]
    form.resources.choices = [(r.code, _room(r)) for r in rooms if r.state == "active"]
    form.operators.choices = operators_of(session, project)


def _own_first(templates: Iterable[ProcessTemplate], project: Project) -> list[ProcessTemplate]:
    """Those of the project's class first."""
    own = project.process_class.code
    return sorted(templates, key=lambda template: template.process_class != own)


def _room(resource: Resource) -> str:
    rooms = " + ".join(resource.members)
    parts = [resource.code, localised(resource), resource.grade or rooms]
    return " · ".join(part for part in parts if part)


def operators_of(session: Session, project: Project) -> Choices:
    """People of the organisation, then the facility's own operators."""
    own: list[identity.Someone] = [
        p for p in identity.list_people(session, project.organisation) if p.active
    ]
    site = project.facility.code
    theirs = identity.people_with_role(session, "operator", site, clock.now())
    return [(p.email, p.name) for p in [*own, *theirs]]


def first_values(args: MultiDict[str, str], project: Project) -> dict[str, Any]:
    """What the address says, as the finder writes it; a day's work from tomorrow else."""
    zone = project.facility.zone
    tomorrow = clock.now().astimezone(ZoneInfo(zone)) + timedelta(days=1)
    starts = tomorrow.replace(hour=_OPENS, minute=0, second=0, microsecond=0)
    begins = instant_of(args.get("starts_at"), zone) or starts
    length = usual_length(project.process_class.typical_hours)
    return {
        "project": project.code,
        "batch": args.get("batch", ""),
        "template": args.get("template", ""),
        "attendance": args.get("attendance", "steps"),
        "process_class": args.get("process_class") or project.process_class.code,
        "resources": args.getlist("resources"),
        "starts_at": begins,
        "ends_at": instant_of(args.get("ends_at"), zone) or begins + length,
        "operators": args.getlist("operators"),
    }


def instant_of(text: str | None, zone: str) -> datetime | None:
    """A moment from an address; without an offset it is the facility's time."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if not within_reach(found):
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def preview_of(session: Session, person: PersonPrincipal, wish: BookingWish) -> Preview:
    """What a request would be told now, without asking for anything."""
    try:
        plan, evaluation = preview(session, person, wish, clock.now())
    except DomainError as error:
        return Preview(errors=error.errors or [FieldError("", error.detail, error.title)])
    ways = (
        ways_out(session, person, plan, clock.now())
        if evaluation.verdict is Verdict.BLOCKED
        else []
    )
    apart = sessions_apart(session, person, plan, clock.now()) if len(plan.sessions) > 1 else []
    return Preview(
        evaluation.findings,
        plan.occupancy,
        ways=ways,
        project=wish.project,
        apart=apart,
        template=wish.template,
    )
