"""A series of bookings as it is asked for, and each occurrence as a request of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from hkbio_gmp.booking.rules.expansion import along, occurrences
from hkbio_gmp.booking.rules.recurrence import Recurrence
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import within_reach

REQUEST = "booking:slot:request"
TAKES = ("all", "fitting")


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One occurrence that begins at another time (UTC), or takes other resources, than the rule
    says. What is None stays."""

    starts: datetime | None = None
    resources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """A booking again and again: ``booking`` is the first, before any weekday is looked for.

    ``take`` is one of TAKES; ``leave_out`` and ``adjusted`` go by the occurrences' numbers.
    """

    booking: BookingWish
    rule: Recurrence
    take: str = "all"
    leave_out: frozenset[int] = frozenset()
    adjusted: Mapping[int, Adjusted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence as a request of its own, numbered from 1; its start in UTC."""

    number: int
    starts: datetime
    wish: BookingWish


def first_start(wish: BookingWish) -> datetime | None:
    """When what is repeated begins (UTC)."""
    if wish.is_laid_out:
        return min((one.starts for one in wish.sessions), default=None)
    return wish.starts


def occurrences_of(session: Session, wish: SeriesWish) -> list[Occurrence]:
    """Every occurrence of the rule, also those left out, in the facility's wall time.

    Raises NotValid naming every field that is wrong.
    """
    zone, first = _zone(session, wish.booking), first_start(wish.booking)
    if first is None or not within_reach(first):
        said = Message("The series needs a first start.")
        remedy = Message("Give a time within the next two years.")
        raise NotValid(
            Message("The series is not complete."), [FieldError("starts_at", said, remedy)]
        )
    starts = occurrences(wish.rule, first, zone)
    _check_numbers(wish, len(starts))
    return [_occurrence(wish, number, first, at, zone) for number, at in enumerate(starts, 1)]


def _zone(session: Session, wish: BookingWish) -> str:
    try:
        return facilities.standing(session, wish.facility).facts.zone
    except NotFound:
        said = Message("There is no such facility.")
        error = FieldError("facility", said, Message("Give its code."))
        raise NotValid(Message("The series is not complete."), [error]) from None


def _check_numbers(wish: SeriesWish, total: int) -> None:
    said = Message("The series has no such occurrence.")
    remedy = Message("Give numbers from 1 to {most}.", most=total)
    named = {"leave_out": set(wish.leave_out), "adjust": set(wish.adjusted)}
    wrong = [
        FieldError(name, said, remedy)
        for name, numbers in named.items()
        if any(not 1 <= number <= total for number in numbers)
    ]
    if wish.take not in TAKES:
        known = Message("Use one of: {k}.", k=", ".join(TAKES))
        wrong.append(FieldError("take", Message("There is no such choice."), known))
    if wrong:
        raise NotValid(Message("The series is not complete."), wrong)


def _occurrence(
    wish: SeriesWish, number: int, first: datetime, starts: datetime, zone: str
) -> Occurrence:
    booking = _beginning(wish.booking, first, starts, zone)
    changed = wish.adjusted.get(number)
    if changed is not None and changed.resources is not None:
        plain = tuple(replace(one, resources=None) for one in booking.sessions)
        booking = replace(booking, resources=changed.resources, sessions=plain)
    if changed is not None and changed.starts is not None:
        booking = _beginning(booking, starts, changed.starts, "UTC")
        starts = changed.starts
    return Occurrence(number, starts, replace(booking, draft=False))


def _beginning(wish: BookingWish, first: datetime, starts: datetime, zone: str) -> BookingWish:
    """The wish so that it begins at ``starts``: each session at its wall time, as long as it is."""
    if not wish.is_laid_out:
        return replace(wish, starts=starts)
    return replace(wish, sessions=tuple(_along(one, first, starts, zone) for one in wish.sessions))


def _along(one: SessionWish, first: datetime, starts: datetime, zone: str) -> SessionWish:
    begins = along(first, starts, one.starts, zone)
    return replace(one, starts=begins, ends=begins + (one.ends - one.starts))


def own_project(session: Session, principal: PersonPrincipal, wish: BookingWish) -> Project:
    """The project, within the person's reach: a foreign one is not found. Raises NotValid."""
    project = facilities.find_project(session, wish.project)
    if project is None or not principal.may(REQUEST, organisation=project.organisation.code):
        said = Message("There is no such project.")
        raise NotValid(said, [FieldError("project", said, Message("Choose one of your own."))])
    return project
