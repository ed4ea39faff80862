"""A request made definite: every code resolved, every session with its uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

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
    uses_of,
)
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.queries import ProjectLine, Standing
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import PersonLine
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange, within_reach
from hkbio_gmp.work import Named

LONGEST = timedelta(days=92)
MOST_SESSIONS = 60
MOST_OPERATORS = 20


@dataclass(frozen=True, slots=True)
class SessionWish:
    """One session as asked for; instants in UTC. Without resources: the booking's."""

    starts: datetime
    ends: datetime
    attended: bool = True
    resources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BookingWish:
    """A request as it comes from a page or the API, nothing of it checked yet."""

    facility: str
    project: str
    resources: tuple[str, ...]
    sessions: tuple[SessionWish, ...]
    batch: str | None = None
    process_class: str | None = None
    operators: tuple[str, ...] = ()
    note: str = ""
    draft: bool = False


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
        )


def project_facts(project: Project | ProjectLine) -> ProjectFacts:
    """A project as the rules see it."""
    return ProjectFacts(project.code, project.status, project.open_processing)


class _Refusals:
    """Collects every wrong field, so that all are told at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, field: str, message: Message, remedy: Message) -> None:
        self.errors.append(FieldError(field, message, remedy))

    def raise_any(self) -> None:
        if self.errors:
            raise NotValid(Message("The booking is not complete."), self.errors)


def make_plan(
    session: Session,
    wish: BookingWish,
    *,
    reference: str | None = None,
    project: ProjectLine | None = None,
) -> Plan:
    """Resolve a wish. Raises NotValid naming every field that is wrong.

    The caller has checked that the project is within the person's reach, and may pass it on,
    read together with the wish's batch.
    """
    wrong = _Refusals()
    here = _facility(session, wish, wrong)
    project = project or facilities.find_project_line(session, wish.project, wish.batch)
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
    known = _resources(here, wish, wrong)
    operators = _operators(session, wish, project, wrong)
    _check_sessions(wish, wrong)
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
    )


def _facility(session: Session, wish: BookingWish, wrong: _Refusals) -> Standing | None:
    try:
        return facilities.standing(session, wish.facility)
    except NotFound:
        wrong.add("facility", Message("There is no such facility."), Message("Give its code."))
        return None


def _class(
    here: Standing, wish: BookingWish, project: ProjectLine, wrong: _Refusals
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


def _batch(wish: BookingWish, project: ProjectLine, wrong: _Refusals) -> Named | None:
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


def _resources(here: Standing, wish: BookingWish, wrong: _Refusals) -> dict[str, ResourceFacts]:
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
    session: Session, wish: BookingWish, project: ProjectLine, wrong: _Refusals
) -> tuple[PersonLine, ...]:
    if len(wish.operators) > MOST_OPERATORS:
        wrong.add(
            "operators",
            Message("More than {most} operators are named.", most=MOST_OPERATORS),
            Message("Name those who will be in the room."),
        )
        return ()
    found = identity.find_people(session, wish.operators)
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


def _check_sessions(wish: BookingWish, wrong: _Refusals) -> None:
    if not 0 < len(wish.sessions) <= MOST_SESSIONS:
        wrong.add(
            "sessions",
            Message("There must be 1 to {most} sessions.", most=MOST_SESSIONS),
            Message("Split the booking."),
        )
    for number, one in enumerate(wish.sessions, 1):
        _check_session(number, one, wrong)
    ordered = sorted(wish.sessions, key=lambda one: one.starts)
    if any(after.starts < before.ends for before, after in pairwise(ordered)):
        wrong.add(
            "sessions",
            Message("Two sessions overlap."),
            Message("End each session before the next one starts."),
        )


def _check_session(number: int, one: SessionWish, wrong: _Refusals) -> None:
    at: dict[str, Any] = {"number": number}
    if not all(within_reach(edge) for edge in (one.starts, one.ends)):
        wrong.add(
            "starts_at",
            Message("Session {number} lies in no sensible year.", **at),
            Message("Give a time within the next two years."),
        )
    elif one.ends <= one.starts:
        wrong.add(
            "ends_at",
            Message("Session {number} ends before it starts.", **at),
            Message("Give an end after the start."),
        )
    elif one.ends - one.starts > LONGEST:
        wrong.add(
            "ends_at",
            Message("Session {number} lasts more than {days} days.", **at, days=LONGEST.days),
            Message("Split it."),
        )
    if any(edge.second or edge.microsecond for edge in (one.starts, one.ends)):
        wrong.add(
            "starts_at",
            Message("Session {number} does not begin and end on whole minutes.", **at),
            Message("Leave out the seconds."),
        )


def _sessions(
    wish: BookingWish,
    known: dict[str, ResourceFacts],
    needs: ProcessClassFacts,
    series: str,
    reference: str | None,
    project: ProjectLine,
) -> tuple[PlannedSession, ...]:
    planned = []
    for number, one in enumerate(wish.sessions, 1):
        slot = TimeRange(one.starts, one.ends)
        codes = expanded(one.resources or wish.resources, known)
        uses = uses_of(slot, codes, known, needs, series, project.organisation, reference)
        planned.append(PlannedSession(number, slot, one.attended, uses))
    return joined(planned)


def plan_of(session: Session, booking: Booking) -> Plan:
    """The plan of a stored booking, as it stands."""
    wish = wish_of(booking)
    try:
        return make_plan(session, wish, reference=booking.reference)
    except NotFound:
        raise NotValid(Message("The booking's facility is gone.")) from None


def wish_of(booking: Booking) -> BookingWish:
    """A stored booking as the request that would make it."""
    sessions = tuple(
        SessionWish(
            s.starts, s.ends, s.attended, tuple(a.resource for a in s.allocations if _current(a))
        )
        for s in booking.sessions
    )
    first = sessions[0].resources if sessions else ()
    return BookingWish(
        facility=booking.facility.code,
        project=booking.project.code,
        resources=first or (),
        sessions=sessions,
        batch=booking.batch.code if booking.batch else None,
        process_class=booking.process_class,
        operators=tuple(o.person.email for o in booking.operators if o.active),
        note=booking.note,
    )


def _current(allocation: object) -> bool:
    return getattr(allocation, "proposal_id", None) is None
