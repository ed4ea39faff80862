"""A booking of which something has begun: that stays, the sessions to come can move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hkbio_gmp.booking.lifecycle import SessionState
from hkbio_gmp.booking.models import Booking, BookingSession
from hkbio_gmp.booking.rules.occupancy import Use
from hkbio_gmp.booking.services.plan import Plan
from hkbio_gmp.kernel.errors import WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange


def begun(booking: Booking) -> dict[int, BookingSession]:
    """Number → session, of those that are no longer only planned."""
    return {s.number: s for s in booking.sessions if s.state != SessionState.PLANNED}


def check_begun(booking: Booking, plan: Plan) -> None:
    """Refuse a plan that changes what has begun, or leaves nothing to come. Raises WrongState."""
    held = begun(booking)
    if held and len(held) == len(booking.sessions):
        raise WrongState(Message("Every session has begun: there is nothing left to move."))
    planned = {session.number: session for session in plan.sessions}
    for number, row in held.items():
        there = planned.get(number)
        if (
            there is None
            or there.slot != TimeRange(row.starts, row.ends)
            or _moved(row, there.uses)
        ):
            raise WrongState(
                Message("Session {number} has begun and stays where it is.", number=number)
            )


def _moved(row: BookingSession, uses: Iterable[Use]) -> bool:
    held = {a.resource for a in row.allocations if a.proposal_id is None}
    return held != {use.resource for use in uses}


def to_come(booking: Booking, plan: Plan) -> Plan:
    """The plan without what has begun: what the rules are asked about when it moves."""
    held = begun(booking)
    if not held:
        return plan
    return replace(plan, sessions=tuple(s for s in plan.sessions if s.number not in held))
