"""Changing a series: one occurrence, this and the following, or all; the verdict comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_series import BookingSeries
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.services.checks import need_reason
from hkbio_gmp.booking.services.moves import propose_move
from hkbio_gmp.booking.services.people import READ, people_of
from hkbio_gmp.booking.services.plan import Plan, make_plan
from hkbio_gmp.booking.services.requests import cancel_booking, change_request
from hkbio_gmp.booking.services.series_preview import told_beside
from hkbio_gmp.booking.services.series_scope import (
    SeriesChange,
    affected,
    changed_wish,
    check_change,
)
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotFound, NotValid, SlotTaken, Stale
from hkbio_gmp.kernel.findings import Finding, Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

_DONE = {"shift": "moved", "resources": "moved to other resources", "cancel": "cancelled"}


@dataclass(frozen=True, slots=True)
class ChangeSaid:
    """What one occurrence's change would be told; of a cancellation nothing is asked."""

    number: int
    booking: Booking
    plan: Plan | None
    findings: list[Finding]
    verdict: Verdict


def series_change_verdict(
    session: Session,
    principal: PersonPrincipal,
    series: BookingSeries,
    change: SeriesChange,
    now: datetime,
) -> list[ChangeSaid]:
    """What each occurrence's change would be told at ``now`` (UTC), by number; nothing written.

    Raises NotValid, WrongState as :func:`change_series`.
    """
    check_change(series, change)
    found: list[ChangeSaid] = []
    beside: list[Use] = []
    gone: set[str] = set()
    for number, booking in affected(series, change):
        if change.act == "cancel":
            found.append(ChangeSaid(number, booking, None, [], Verdict.READY))
            continue
        plan = make_plan(session, changed_wish(booking, change), reference=booking.reference)
        told = told_beside(session, principal, plan.facts, beside, now, gone)
        found.append(ChangeSaid(number, booking, plan, told.findings, told.verdict))
        beside += plan.uses
        if booking.status == BookingState.REQUESTED:
            # an approved one keeps its present time until the other side decides
            gone.add(booking.reference)
    return sorted(found, key=lambda said: said.number)


def change_series(
    work: Work,
    principal: PersonPrincipal,
    reference: str,
    change: SeriesChange,
    version: int | None,
) -> BookingSeries:
    """Change or cancel occurrences of a series with a reason, all of them or none.

    Each goes the way that it would go alone: a request moves in place, an approved one by a
    proposal. Raises NotFound, NotAllowed, Stale, WrongState, SlotTaken, NotValid.
    """
    series = _load(work, principal, reference)
    if version is not None and series.version != version:
        raise Stale(
            Message(
                "{reference} is at version {version} now. Read it again and repeat.",
                reference=series.reference,
                version=series.version,
            )
        )
    check_change(series, change)
    need_reason(work)
    done = [_one(work, principal, booking, change) for _n, booking in affected(series, change)]
    series.version += 1
    work.session.flush()
    what = notices.series_changed(series, _DONE[change.act], len(done))
    notices.tell_series(work, _concerned(work, principal, done), series, what)
    return series


def _load(work: Work, principal: PersonPrincipal, reference: str) -> BookingSeries:
    home = select(Facility.code).join(BookingSeries).where(BookingSeries.reference == reference)
    facility = work.session.scalar(home)
    if facility is None:
        raise NotFound()
    work.lock([("facility", facility)])
    query = select(BookingSeries).where(BookingSeries.reference == reference)
    series = work.session.scalars(query).unique().one()
    if not principal.may(READ, facility=facility, organisation=series.organisation.code):
        raise NotFound()
    return series


def _one(work: Work, principal: PersonPrincipal, booking: Booking, change: SeriesChange) -> Booking:
    """Change one occurrence; a refusal names it."""
    try:
        if change.act == "cancel":
            return cancel_booking(work, principal, booking.reference, None, tell=False)
        wish = changed_wish(booking, change)
        if booking.status == BookingState.APPROVED:
            return propose_move(work, principal, booking.reference, wish, None, tell=False)
        return change_request(work, principal, booking.reference, wish, None)
    except (SlotTaken, NotValid) as error:
        error.detail = Message(
            "{reference}: {said}", reference=booking.reference, said=error.detail
        )
        raise


def _concerned(
    work: Work, principal: PersonPrincipal, bookings: Sequence[Booking]
) -> list[Someone]:
    found = {p.id: p for booking in bookings for p in people_of(work, booking)}
    return [person for person in found.values() if person.code != principal.code]
