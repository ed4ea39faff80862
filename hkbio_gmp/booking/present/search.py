"""A search for slots: criteria filled in, answers placed in their window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hkbio_gmp.booking.forms import SlotForm, usual_length
from hkbio_gmp.booking.services import SlotAnswer, SlotQuery
from hkbio_gmp.booking.services.slots import Refusal, Slot
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project, Resource
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.navigation import current_zone

_AHEAD, _MOST_AHEAD = timedelta(days=28), timedelta(days=180)
_LIMIT = 60


@dataclass(frozen=True)
class Search:
    """What is looked for, and what the criteria's column offers."""

    project: Project
    query: SlotQuery
    class_name: str
    class_grades: tuple[str, ...]
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

    def request_url(self, slot: Slot) -> str:
        """The request form filled in with a slot."""
        fitting = slot.facility == self.project.facility.code
        return url_for(
            "requests.new_booking",
            facility=slot.facility,
            project=self.project.code if fitting else None,
            batch=self.query.series if fitting and self.query.series != self.project.code else None,
            process_class=self.query.process_class,
            resources=list(slot.resources),
            starts_at=slot.slot.starts.isoformat(),
            ends_at=slot.slot.ends.isoformat(),
            operators=list(self.query.operators),
        )


def _percent(part: timedelta, whole: float) -> float:
    return round(max(0.0, part.total_seconds()) / whole * 100, 2)


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
    form.operators.choices = [(p.email, p.name) for p in people if p.active]
    codes = {row.code for row in rows}
    if form.process_class.data not in codes:
        form.process_class.data = project.process_class.code


def _named(resource: Resource) -> str:
    return f"{resource.code} {localised(resource)}"


def search_of(session: Session, form: SlotForm, project: Project) -> Search:
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
    known = {value for value, _label in form.operators.choices or ()}
    query = SlotQuery(
        process_class=code,
        length=length,
        window=_window(first, last, zone, length),
        facilities=codes,
        organisation=project.organisation.code,
        grade=form.grade.data or None,
        equipment=tuple(form.equipment.data or ()),
        operators=tuple(email for email in form.operators.data or () if email in known),
        open_processing=project.open_processing,
        series=form.batch.data or project.code,
        limit=_LIMIT,
    )
    grades = needs.grades(open_processing=project.open_processing) if needs else ()
    return Search(project, query, localised(needs) if needs else code, grades, first, last)


def _window(first: date, last: date, zone: str, length: timedelta) -> TimeRange:
    """Starts between two days; a slot that starts on the last one ends after it."""
    return TimeRange(day_start(first, zone), day_end(last, zone) + length)


def counted(answer: SlotAnswer) -> dict[str, int]:
    """How many rooms were looked at, can take it, and cannot yet."""
    able = {slot.resources[0] for slot in answer.slots}
    unable = {r.resource for r in answer.refusals} - able
    return {"rooms": len(able | unable), "able": len(able), "unable": len(unable)}


def refusal_row(refusal: Refusal, rooms: dict[str, str]) -> dict[str, Any]:
    """A refusal's row of four; what it would take is the first blocking reason's remedy."""
    reason = refusal.reasons[0]
    clears = [f.clears_at for f in refusal.reasons if f.clears_at is not None]
    never = len(clears) < len(refusal.reasons)
    return {
        "subject": refusal.resource,
        "grade": rooms.get(refusal.resource, ""),
        "starts": None if never else refusal.starts,
        "reason": reason,
        "more": len(refusal.reasons) - 1,
        "clears_at": None if never else max(clears),
        "until": refusal.until,
    }


def best_of_each(slots: Sequence[Slot]) -> list[Slot]:
    """The earliest slot of each room; also its first that is ready, where a later one is."""
    chosen: list[Slot] = []
    seen: set[str] = set()
    ready: set[str] = set()
    for slot in slots:
        room, is_ready = slot.resources[0], slot.verdict is Verdict.READY
        if room not in seen or (is_ready and room not in ready):
            chosen.append(slot)
        seen.add(room)
        if is_ready:
            ready.add(room)
    return chosen
