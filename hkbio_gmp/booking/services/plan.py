"""A request made definite: every code resolved, every session with its uses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.rules.sessions import (
    PlanFacts,
    PlannedSession,
    ProjectFacts,
    expanded,
    joined,
    occupancy_of,
    standing_in,
    uses_of,
)
from hkbio_gmp.booking.services.checks import Refusals, check_sessions
from hkbio_gmp.booking.services.wishes import BookingWish, wish_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries import ProjectLine, Standing
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import PersonLine
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Named

MOST_OPERATORS = 20


@dataclass(frozen=True)
class Plan:
    """A request whose every code is known."""

    facility: FacilityFacts
    facility_id: int
    project: ProjectLine
    batch: Named | None
    needs: ProcessClassFacts
    resources: dict[str, ResourceFacts]
    sessions: tuple[PlannedSession, ...]
    operators: tuple[PersonLine, ...]
    note: str = ""
    reference: str | None = None
    template: str | None = None
    urgent: bool = False
    beside: tuple[ResourceFacts, ...] = ()

    @property
    def uses(self) -> list[Use]:
        """Every use of every session."""
        return [use for session in self.sessions for use in session.uses]

    @property
    def occupancy(self) -> TimeRange:
        """From the first set-up to the last turnaround."""
        return occupancy_of(self.uses)

    @property
    def organisation(self) -> str:
        """Whose booking it is."""
        return self.project.organisation

    @property
    def emails(self) -> list[str]:
        """The named operators."""
        return [person.email for person in self.operators]

    @property
    def series(self) -> str:
        """One line of product: the batch's code, or the project's."""
        return self.batch.code if self.batch else self.project.code

    @property
    def facts(self) -> PlanFacts:
        """The plan as the rules see it."""
        project = self.project
        return PlanFacts(
            facility=self.facility,
            needs=self.needs,
            series=self.series,
            organisation=self.organisation,
            project=project_facts(project),
            resources=self.resources,
            sessions=self.sessions,
            operators=tuple(self.emails),
            open_processing=project.open_processing,
            reference=self.reference,
            beside=self.beside,
        )


def project_facts(project: Project | ProjectLine) -> ProjectFacts:
    """A project as the rules see it."""
    return ProjectFacts(
        project.code,
        project.status,
        project.open_processing,
        project.vector,
        project.infectious,
    )


def make_plan(
    session: Session,
    wish: BookingWish,
    *,
    reference: str | None = None,
    project: ProjectLine | None = None,
    stored: Booking | None = None,
) -> Plan:
    """Resolve a wish. Raises NotValid naming every field that is wrong.

    The caller has checked that the project is within the person's reach, and may pass it on,
    read together with the wish's batch. ``stored`` is the booking whose wish it is: what hangs
    on it is not read again.
    """
    wrong = Refusals()
    here = _facility(session, wish, wrong)
    project = project or _project(session, wish, stored)
    if project is None:
        wrong.add("project", Message("There is no such project."), Message("Give its code."))
    wrong.raise_any()
    assert here is not None and project is not None
    if project.facility_id != here.id:
        wrong.add(
            "project",
            Message("The project belongs to another facility."),
            Message("Book at {facility}.", facility=project.facility),
        )
    needs = _class(here, wish, project, wrong)
    batch = _batch(wish, project, wrong)
    _check_urgent(wish, project, wrong)
    known = _resources(here, wish, wrong)
    operators = _operators(session, wish, project, stored, wrong)
    check_sessions(wish, wrong)
    wrong.raise_any()
    assert needs is not None
    series = batch.code if batch else project.code
    return Plan(
        facility=here.facts,
        facility_id=here.id,
        project=project,
        batch=batch,
        needs=needs,
        resources=known,
        sessions=_sessions(wish, known, needs, series, reference, project),
        operators=operators,
        note=wish.note.strip(),
        reference=reference,
        template=wish.template,
        urgent=wish.urgent,
        beside=standing_in(known, here.resources),
    )


def _project(session: Session, wish: BookingWish, stored: Booking | None) -> ProjectLine | None:
    if stored is not None:
        return facilities.line_of(stored.project, stored.batch, stored.process_class)
    return facilities.find_project_line(session, wish.project, wish.batch)


def _facility(session: Session, wish: BookingWish, wrong: Refusals) -> Standing | None:
    try:
        return facilities.standing(session, wish.facility)
    except NotFound:
        wrong.add("facility", Message("There is no such facility."), Message("Give its code."))
        return None


def _class(
    here: Standing, wish: BookingWish, project: ProjectLine, wrong: Refusals
) -> ProcessClassFacts | None:
    code = wish.process_class or project.process_class
    found = here.classes.get(code)
    if found is None:
        wrong.add(
            "process_class",
            Message("The facility has no process class {code}.", code=code[:60]),
            Message("Choose one of the facility's classes, or leave it out."),
        )
    return found


def _batch(wish: BookingWish, project: ProjectLine, wrong: Refusals) -> Named | None:
    if not wish.batch:
        return None
    if project.batch_id is None or project.batch != wish.batch:
        wrong.add(
            "batch",
            Message("The project has no such batch."),
            Message("Register the batch first, or choose one of the project's."),
        )
        return None
    return Named(project.batch_id, project.batch)


def _check_urgent(wish: BookingWish, project: ProjectLine, wrong: Refusals) -> None:
    """Only one patient's own material is urgent, and the facility is told why."""
    if not wish.urgent:
        return
    if not (wish.batch and project.batch_autologous):
        wrong.add(
            "urgent",
            Message("Only material of one patient is urgent: an autologous batch."),
            Message("Name the patient's batch, or ask without urgency."),
        )
    if not wish.note.strip():
        wrong.add(
            "note",
            Message("An urgent request says why it cannot wait."),
            Message("Write it in the note."),
        )


def _resources(here: Standing, wish: BookingWish, wrong: Refusals) -> dict[str, ResourceFacts]:
    named = {code for s in wish.sessions for code in (s.resources or ())} | set(wish.resources)
    if not named:
        wrong.add("resources", Message("No room is named."), Message("Name at least one room."))
        return {}
    known = here.resources
    for code in sorted(named):
        found = known.get(code)
        if found is None or not found.bookable or not found.active:
            wrong.add(
                "resources",
                Message("{code} cannot be booked at this facility.", code=code[:60]),
                Message("Choose a bookable room, suite or item of equipment."),
            )
    suites = {m for code in named & known.keys() for m in known[code].members}
    return {code: known[code] for code in sorted((named | suites) & known.keys())}


def _operators(
    session: Session,
    wish: BookingWish,
    project: ProjectLine,
    stored: Booking | None,
    wrong: Refusals,
) -> tuple[PersonLine, ...]:
    if len(wish.operators) > MOST_OPERATORS:
        wrong.add(
            "operators",
            Message("More than {most} operators are named.", most=MOST_OPERATORS),
            Message("Name those who will be in the room."),
        )
        return ()
    found = (
        {row.person.email: identity.line_of(row.person) for row in stored.operators}
        if stored
        else identity.find_people(session, wish.operators)
    )
    people = []
    for email in dict.fromkeys(e.strip().lower() for e in wish.operators):
        person = found.get(email)
        if person is None or not person.active or not _belongs(person, project):
            wrong.add(
                "operators",
                Message("{email} is not one of the organisation's people.", email=email[:100]),
                Message("Name people of the organisation or of the facility."),
            )
        else:
            people.append(person)
    return tuple(people)


def _belongs(person: PersonLine, project: ProjectLine) -> bool:
    """People of the organisation, or of no organisation: a facility's own operators."""
    return person.organisation_id in (None, project.organisation_id)


def _sessions(
    wish: BookingWish,
    known: dict[str, ResourceFacts],
    needs: ProcessClassFacts,
    series: str,
    reference: str | None,
    project: ProjectLine,
) -> tuple[PlannedSession, ...]:
    planned, about = [], project_facts(project)
    for number, one in enumerate(wish.sessions, 1):
        slot = TimeRange(one.starts, one.ends)
        codes = expanded(one.resources or wish.resources, known)
        uses = uses_of(slot, codes, known, needs, series, project.organisation, reference, about)
        planned.append(PlannedSession(number, slot, one.attended, uses))
    return joined(planned)


def plan_of(session: Session, booking: Booking) -> Plan:
    """The plan of a stored booking, as it stands."""
    wish = wish_of(booking)
    try:
        return make_plan(session, wish, reference=booking.reference, stored=booking)
    except NotFound:
        raise NotValid(Message("The booking's facility is gone.")) from None
