"""A run of a process template laid out as the sessions of a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy.orm import Session

from hkbio_gmp.booking.services.items import Run, items_of
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.facilities.rules.templates import ProcessStep, ProcessTemplate
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import within_reach

_REACH = timedelta(days=92)


def laid_out(
    session: Session, wish: BookingWish, now: datetime, reference: str | None = None
) -> BookingWish:
    """The wish with every session of its template; unchanged where it says its sessions.

    Rooms and items come from ``wish.resources``. Of a kind of equipment of which none is named,
    the first item that is free for its steps at ``now`` (UTC) is taken, the same one throughout: a
    culture does not change its incubator. Raises NotValid naming every field that is wrong.
    """
    if wish.is_laid_out and wish.template is None:
        return wish
    if wish.is_laid_out and reference is not None:
        # a stored booking keeps the code of its template, retired since or not
        return wish
    template, here = _template(session, wish)
    if wish.is_laid_out:
        return replace(wish, process_class=wish.process_class or template.process_class)
    wish = replace(wish, process_class=_class(wish, template))
    starts = _starts(wish)
    rooms, named = _named(wish, here)
    unused = [code for kind, codes in named.items() if kind not in template.kinds for code in codes]
    if unused:
        _refuse(
            "resources",
            Message("No step of {template} takes {code}.", template=template.code, code=unused[0]),
            Message("Leave it out, or book it in a session of its own."),
        )
    if template.takes_room and not rooms:
        _refuse(
            "resources",
            Message("No room is named."),
            Message("Name a room or a suite for the run."),
        )
    slots = {step.number: step.slot(starts) for step in template.steps}
    run = Run(template, here, slots, wish.batch or wish.project, reference)
    items = items_of(session, run, named, now)
    sessions = tuple(
        SessionWish(
            slots[step.number].starts,
            slots[step.number].ends,
            step.attended,
            _taken(step, rooms, items),
        )
        for step in template.steps
    )
    used = dict.fromkeys(code for one in sessions for code in (one.resources or ()))
    return replace(wish, sessions=sessions, resources=tuple(used))


def _template(session: Session, wish: BookingWish) -> tuple[ProcessTemplate, Standing]:
    code = wish.template or ""
    try:
        here = facilities.standing(session, wish.facility)
    except NotFound:
        _refuse("facility", Message("There is no such facility."), Message("Give its code."))
    found = next((row for row in here.templates if row.code == code), None)
    if found is None:
        known = ", ".join(row.code for row in here.templates)
        _refuse(
            "template",
            Message("The facility has no template {code}.", code=code[:60]),
            Message("Use one of: {known}.", known=known or "-"),
        )
    return found, here


def _class(wish: BookingWish, template: ProcessTemplate) -> str:
    if wish.process_class not in (None, template.process_class):
        _refuse(
            "process_class",
            Message("{code} is a template of another class.", code=template.code),
            Message("Leave the class out, or choose a template of it."),
        )
    return template.process_class


def _starts(wish: BookingWish) -> datetime:
    starts = wish.starts
    if starts is None or not (within_reach(starts) and within_reach(starts + _REACH)):
        _refuse(
            "starts_at",
            Message("The run needs a start."),
            Message("Give a time within the next two years."),
        )
    return starts


def _refuse(field: str, said: Message, remedy: Message) -> NoReturn:
    raise NotValid(Message("The booking is not complete."), [FieldError(field, said, remedy)])


def _named(wish: BookingWish, here: Standing) -> tuple[list[str], dict[str, list[str]]]:
    """What the wish names: rooms and whatever is unknown, then items by their kind."""
    rooms: list[str] = []
    items: dict[str, list[str]] = {}
    for code in dict.fromkeys(wish.resources):
        found = here.resources.get(code)
        if found is None or found.kind != "equipment":
            rooms.append(code)
        else:
            items.setdefault(found.equipment_kind or "", []).append(code)
    return rooms, items


def _taken(
    step: ProcessStep, rooms: Sequence[str], items: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    codes = [code for kind in step.equipment for code in items.get(kind, ())]
    return (*(rooms if step.room else ()), *codes)
