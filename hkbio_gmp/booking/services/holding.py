"""How long a slot is held before anybody decided, and letting go of what nobody decided on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_waitlist import WaitlistEntry
from hkbio_gmp.booking.rules.holds import WORKING_DAYS, hold_until
from hkbio_gmp.booking.services.flags import clear_flags
from hkbio_gmp.booking.services.people import requester_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.kernel.timerange import local_date
from hkbio_gmp.work import Work, rows

_DAY, _SHUTDOWN = timedelta(days=1), timedelta(days=60)


def release(booking: Booking) -> None:
    """Let go of the booking's time."""
    for session in booking.sessions:
        for allocation in session.allocations:
            allocation.holds = False


def withdraw_offers(booking: Booking) -> None:
    """A move or counter-offer that nobody decided on ends with what it was about."""
    for proposal in booking.proposals:
        if proposal.state == "open":
            proposal.state = "withdrawn"


def begin_hold(work: Work, booking: Booking) -> None:
    """Hold the slot for some working days from now."""
    booking.requested_at = work.at
    renew_hold(work, booking)


def renew_hold(work: Work, booking: Booking) -> None:
    """Let the hold run from now on, as long as a new one."""
    booking.hold_until = hold_of(work, booking.facility.code)


def hold_of(work: Work, facility: str) -> datetime:
    """Until when (UTC) a request that is made now holds its slot."""
    here = facilities.standing(work.session, facility)
    return working_days_on(here, work.at, int(here.settings.get("hold_working_days", WORKING_DAYS)))


def working_days_on(here: Standing, now: datetime, days: int) -> datetime:
    """The end (UTC) of the ``days``-th day on which the facility opens after ``now``'s."""
    today = local_date(now, here.facts.zone)
    last = today + 3 * days * _DAY
    opened = facilities.open_days_at(here, today + _DAY, last)
    if len(opened) < days:
        # past the longest shutdown that is planned
        opened = facilities.open_days_at(here, today + _DAY, last + _SHUTDOWN)
    return hold_until(opened or [today + days * _DAY], here.facts.zone, days)


_STALE = (
    select(Booking.id)
    .join(Facility, Booking.facility_id == Facility.id)
    .where(
        Facility.code == bindparam("facility"),
        Booking.status.in_([str(BookingState.REQUESTED), str(BookingState.WAITLISTED)]),
        Booking.hold_until <= bindparam("now", type_=Booking.hold_until.type),
    )
)


def expire_stale(work: Work, facility: str) -> list[str]:
    """Let go of every request, and of every offer to one that waits, whose hold has run out.

    Returns the references of the requests; a booking that let its offer pass waits on, behind the
    others.
    """
    keys = rows(work.session, _STALE, {"facility": facility, "now": work.at}).scalars().all()
    if not keys:
        return []
    stale = select(Booking).where(Booking.id.in_(keys)).order_by(Booking.id)
    expired = []
    for booking in work.session.scalars(stale).unique():
        if booking.status == BookingState.WAITLISTED:
            _pass_on(work, booking)
        else:
            _let_go(work, booking)
            expired.append(booking.reference)
    work.session.flush()
    return expired


def _let_go(work: Work, booking: Booking) -> None:
    booking.status = str(BookingState.EXPIRED)
    booking.version += 1
    withdraw_offers(booking)
    release(booking)
    clear_flags(work, booking, "expired")
    _tell_asker(work, booking, "let-go")


def _pass_on(work: Work, booking: Booking) -> None:
    """The offer was not taken in time: the next in line may have it."""
    for proposal in booking.proposals:
        if proposal.state == "open":
            proposal.state = "lapsed"
    release(booking)
    _tell_asker(work, booking, "passed")
    go_back(work, booking)


def go_back(work: Work, booking: Booking) -> None:
    """Wait on, at the end of the line."""
    entry = select(WaitlistEntry).where(WaitlistEntry.booking_id == booking.id)
    work.session.scalars(entry).one().queued_at = work.at
    booking.hold_until = None
    booking.version += 1


def _tell_asker(work: Work, booking: Booking, key: str) -> None:
    """Told without the reason of the unit of work, which may be somebody else's."""
    asked = requester_of(work.session, booking)
    said = notices.let_go(booking) if key == "let-go" else notices.offer_passed(booking)
    notices.tell_of_hold(work, [asked] if asked is not None else [], booking, said, key)
