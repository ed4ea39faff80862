"""A search for slots: criteria filled in, answers placed in their window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from hkbio_gmp.booking.forms import SlotForm, sessions_between, usual_length
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.search.shape import Step
from hkbio_gmp.booking.services import Home, SlotQuery
from hkbio_gmp.booking.services.plan import project_facts
from hkbio_gmp.booking.services.slots import Slot
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.navigation import current_zone

_AHEAD, _MOST_AHEAD = timedelta(days=28), timedelta(days=366)
_LIMIT = 60


@dataclass(frozen=True)
class Search:
    """What is looked for, and what the criteria's column offers."""

    project: Project
    query: SlotQuery
    class_name: str
    class_grades: tuple[str, ...]
    runs: tuple[ProcessTemplate, ...]
    attendance: str
    first: date
    last: date

    def strip(self, slot: Slot) -> dict[str, float]:
        """Where a slot lies in the window, in percent."""
        window = TimeRange(self.query.window.starts, self.query.window.ends)
        whole = window.length.total_seconds()
        return {
            "start": _percent(slot.slot.starts - window.starts, whole),
            "width": _percent(slot.slot.length, whole),
            "before": _percent(slot.slot.starts - slot.occupancy.starts, whole),
            "after": _percent(slot.occupancy.ends - slot.slot.ends, whole),
        }

    @property
    def attended(self) -> tuple[int, timedelta]:
        """How many steps of the template people work in, and how long."""
        steps = [s for s in self.runs[0].steps if s.attended] if self.runs else []
        return len(steps), sum((s.length for s in steps), timedelta())

    def request_url(self, slot: Slot) -> str:
        """The request form filled in with a slot."""
        return self._form_of(
            slot.facility, slot.resources, slot.slot.starts, slot.slot.ends, self.query.operators
        )

    def change_url(self, change: Change) -> str | None:
        """Where a change is taken up: the request form, or the certificates to renew."""
        plan = change.plan
        if change.kind == "renewal":
            return url_for("certification.register_page", facility=plan.facility.code)
        if change.kind == "closed":
            return url_for("projects.project", code=self.project.code)
        return self._form_of(
            plan.facility.code,
            dict.fromkeys(use.resource for use in plan.uses),
            change.starts,
            max(session.slot.ends for session in plan.sessions),
            plan.operators,
        )

    def _form_of(
        self,
        facility: str,
        resources: Iterable[str],
        starts: datetime,
        ends: datetime,
        operators: Sequence[str],
    ) -> str:
        home = self.query.home_at(facility)
        return url_for(
            "requests.new_booking",
            facility=facility,
            project=home.project.code if home else None,
            batch=home.series if home and home.series != home.project.code else None,
            process_class=self.query.process_class,
            template=next((run.code for run in self.runs if run.facility == facility), None),
            attendance=self.attendance,
            resources=list(resources),
            starts_at=starts.isoformat(),
            ends_at=ends.isoformat(),
            operators=list(operators),
        )


def _percent(part: timedelta, whole: float) -> float:
    return round(max(0.0, part.total_seconds()) / whole * 100, 2)


def search_of(
    session: Session, person: PersonPrincipal, form: SlotForm, project: Project
) -> Search:
    """The search that the form describes; what it leaves open is filled in and shown."""
    today, zone = clock.today(current_zone()), current_zone()
    first = max(form.since.data or today + timedelta(days=1), today)
    last = max(form.until.data or first + _AHEAD, first)
    last = min(last, first + _MOST_AHEAD)
    code = form.process_class.data
    site = form.facility.data or ""
    codes = tuple(c for c, _label in form.facility.choices if site in {"", c})
    needs = facilities.class_facts(session, project.facility.code).get(code)
    length = form.length or usual_length(needs.typical_hours if needs else None)
    form.since.data, form.until.data = first, last
    form.days.data, form.hours.data = length.days, length.seconds // 3600
    form.attendance.data = form.attendance.data or "steps"
    known = {value for value, _label in form.operators.choices or ()}
    runs = _runs(session, form, codes)
    longest = max((run.length for run in runs), default=length)
    steps = _steps(length, form.attendance.data, tuple(form.equipment.data or ()))
    query = SlotQuery(
        process_class=code,
        length=length,
        window=_window(first, last, zone, longest),
        facilities=codes,
        organisation=project.organisation.code,
        grade=form.grade.data or None,
        equipment=tuple(form.equipment.data or ()),
        operators=tuple(email for email in form.operators.data or () if email in known),
        homes=tuple(_homes(session, person, form, project)),
        suites=form.places.data == "suite",
        steps=steps,
        templates=tuple(run.code for run in runs),
        colleagues=tuple(value for value, _label in form.operators.choices or ()),
        limit=_LIMIT,
    )
    grades = needs.grades(open_processing=project.open_processing) if needs else ()
    name = localised(needs) if needs else code
    return Search(project, query, name, grades, tuple(runs), form.attendance.data, first, last)


def _runs(session: Session, form: SlotForm, sites: tuple[str, ...]) -> list[ProcessTemplate]:
    """The chosen template, and what the other facilities call the same run."""
    known = [t for site in sites for t in facilities.list_templates(session, site)]
    chosen = next((t for t in known if t.code == form.template.data), None)
    return [
        t
        for t in known
        if chosen and (t.process_class, t.name) == (chosen.process_class, chosen.name)
    ]


def _steps(length: timedelta, attendance: str, equipment: tuple[str, ...]) -> tuple[Step, ...]:
    """The sessions that the request form would make of the slot."""
    begins = clock.now()
    return tuple(
        Step(one.starts - begins, one.ends - one.starts, one.attended, codes=equipment)
        for one in sessions_between(begins, begins + length, attendance)
    )


def _homes(
    session: Session, person: PersonPrincipal, form: SlotForm, project: Project
) -> Iterator[Home]:
    """The chosen project; at other facilities an accepted one of the organisation's own that
    makes the same class."""
    home = project.facility.code
    yield Home(home, project_facts(project), form.batch.data or project.code)
    seen = {home}
    for other in facilities.list_projects(session, person, status="accepted"):
        same = other.process_class.code == form.process_class.data
        site = other.facility.code
        if same and site not in seen and other.organisation_id == project.organisation_id:
            seen.add(site)
            yield Home(site, project_facts(other), other.code)


def _window(first: date, last: date, zone: str, length: timedelta) -> TimeRange:
    """Starts between two days; a slot that starts on the last one ends after it."""
    return TimeRange(day_start(first, zone), day_end(last, zone) + length)
