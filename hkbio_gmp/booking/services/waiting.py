"""Joining the waitlist: for time that others hold, and for nothing else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.waitlist import MOST_WAITING
from hkbio_gmp.booking.services.evaluation import Evaluation
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.booking.services.wishes import Waiting
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.findings import Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

_OF_TIME = frozenset({"occupied", "changeover", "segregation", "outage"})
_FURTHEST = timedelta(days=180)


def waits_for_time(evaluation: Evaluation) -> bool:
    """Whether others' time, changeover or an outage is all that blocks a plan."""
    blocking = {f.rule for f in evaluation.findings if f.severity is Severity.BLOCK}
    return bool(blocking) and blocking <= _OF_TIME


def check_waiting(work: Work, plan: Plan, waiting: Waiting) -> None:
    """Refuse a last start before the wish, one too far ahead, or one entry too many (D).

    Raises NotValid.
    """
    starts = min(one.slot.starts for one in plan.sessions)
    if not starts <= waiting.latest <= starts + _FURTHEST:
        said = Message("The last start that would do lies before the wish, or too far after it.")
        remedy = Message("Give a time from {at} on, at most 180 days later.", at=starts)
        raise NotValid(said, [FieldError("waitlist", said, remedy)])
    settings = facilities.standing(work.session, plan.facility.code).settings
    most = int(settings.get("most_waiting", MOST_WAITING))
    if _waiting(work, plan) >= most:
        said = Message("Your organisation has {most} bookings waiting here already.", most=most)
        remedy = Message("Cancel one of them, or choose a free slot.")
        raise NotValid(said, [FieldError("waitlist", said, remedy)])


def _waiting(work: Work, plan: Plan) -> int:
    query = (
        select(func.count(Booking.id))
        .join(Organisation, Booking.organisation_id == Organisation.id)
        .where(
            Booking.facility_id == plan.facility_id,
            Organisation.code == plan.organisation,
            Booking.status == str(BookingState.WAITLISTED),
        )
    )
    return work.session.scalars(query).one()
