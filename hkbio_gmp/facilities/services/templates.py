"""Process templates, edited by the facility's manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import Facility, TemplateRow
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.facilities.rules.templates import (
    LONGEST_MINUTES,
    MOST_STEPS,
    ProcessStep,
    step_faults,
)
from hkbio_gmp.facilities.services.parts import assign, write_steps
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.work import Work

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TemplateWish:
    """A template as its form states it. ``code`` is without the facility's own."""

    process_class: str
    name: str
    name_zh: str
    source: str
    steps: tuple[ProcessStep, ...]


def add_template(
    work: Work, principal: Principal, facility: str, code: str, wish: TemplateWish
) -> str:
    """Add a template to a facility; returns its code. Raises NotFound, NotAllowed, NotValid."""
    row = _own(work, principal, facility)
    _check(work, facility, wish)
    whole = f"{facility}-{code}"
    if work.session.scalar(select(TemplateRow.id).where(TemplateRow.code == whole)) is not None:
        said = Message("{code} stands in the file twice.", code=whole)
        raise NotValid(said, [FieldError("code", said, Message("Give each its own code."))])
    query = select(func.max(TemplateRow.position)).where(TemplateRow.facility_id == row.id)
    made = TemplateRow(
        facility=row,
        code=whole,
        position=(work.session.scalar(query) or 0) + 1,
        state="active",
        version=1,
        **_values(wish),
    )
    work.session.add(made)
    write_steps(made, _steps(wish))
    row.version += 1
    return whole


def change_template(
    work: Work, principal: Principal, facility: str, code: str, wish: TemplateWish, version: int
) -> None:
    """Change a template: bookings made by it stay as they are, later ones follow it.

    Raises NotFound, NotAllowed, NotValid, Stale.
    """
    home = _own(work, principal, facility)
    row = _read(work, facility, code, version)
    _check(work, facility, wish)
    changed = assign(row, {**_values(wish), "state": "active"})
    if write_steps(row, _steps(wish)) or changed:
        row.version += 1
        home.version += 1


def retire_template(
    work: Work, principal: Principal, facility: str, code: str, version: int
) -> None:
    """Offer a template no more; its history stays. Raises NotFound, NotAllowed, Stale."""
    home = _own(work, principal, facility)
    row = _read(work, facility, code, version)
    row.state = "retired"
    row.version += 1
    home.version += 1


def _own(work: Work, principal: Principal, facility: str) -> Facility:
    work.lock([("facility", facility)])
    row = queries.get_facility(work.session, facility)
    if not principal.may(EDIT, facility=facility):
        raise NotAllowed(
            Message("Only {facility}'s manager changes its templates.", facility=facility)
        )
    return row


def _read(work: Work, facility: str, code: str, version: int) -> TemplateRow:
    row = queries.get_template_row(work.session, facility, code)
    if row.version != version:
        raise Stale(Message("Somebody has changed this template. Read it again."))
    return row


def _check(work: Work, facility: str, wish: TemplateWish) -> None:
    here = queries.standing(work.session, facility)
    errors = []
    if wish.process_class not in here.classes:
        said = Message("The facility has no process class {code}.", code=wish.process_class[:60])
        known = Message("Choose one of the facility's classes, or leave it out.")
        errors.append(FieldError("process_class", said, known))
    if not 0 < len(wish.steps) <= MOST_STEPS:
        said = Message("A template has 1 to {most} steps.", most=MOST_STEPS)
        errors.append(FieldError("steps", said, Message("Add a step, or take some out.")))
    errors += [FieldError("steps", f.message, f.remedy) for f in step_faults(wish.steps)]
    lendable = {r.equipment_kind for r in here.resources.values() if r.bookable and r.active}
    for kind in dict.fromkeys(kind for step in wish.steps for kind in step.equipment):
        if kind not in lendable:
            said = Message("No equipment of kind {kind} can be booked here.", kind=kind)
            remedy = Message("Make an item of it bookable, or leave the kind out.")
            errors.append(FieldError("steps", said, remedy))
    if any(step.ends > LONGEST_MINUTES * _MINUTE for step in wish.steps):
        said = Message("A run lasts at most {days} days.", days=LONGEST_MINUTES // (24 * 60))
        errors.append(FieldError("steps", said, Message("Split it into two templates.")))
    if errors:
        raise NotValid(Message("The template is not complete."), errors)


def _values(wish: TemplateWish) -> dict[str, str]:
    names = ("process_class", "name", "name_zh", "source")
    return {name: getattr(wish, name) for name in names}


def _steps(wish: TemplateWish) -> list[dict[str, object]]:
    return [
        {
            "name": step.name,
            "name_zh": step.name_zh,
            "offset_minutes": step.offset // _MINUTE,
            "length_minutes": step.length // _MINUTE,
            "attended": step.attended,
            "room": step.room,
            "equipment": list(step.equipment),
        }
        for step in wish.steps
    ]
