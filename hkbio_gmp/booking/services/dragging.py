"""A bar that was dragged: the booking as it would then be asked for, and what the rules say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.services.evaluation import Evaluation, evaluate, viewer_of
from hkbio_gmp.booking.services.moves import is_shortening, propose_move
from hkbio_gmp.booking.services.plan import Plan, make_plan
from hkbio_gmp.booking.services.reading import ways_out
from hkbio_gmp.booking.services.requests import change_request
from hkbio_gmp.booking.services.shifting import shifted_wish
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, wish_of
from hkbio_gmp.booking.services.writing import load_booking
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

Sessions = tuple[SessionWish, ...]


@dataclass(frozen=True, slots=True)
class Drag:
    """What was done to a bar. ``shift`` moves every session that has not begun, as one piece.

    ``source`` and ``target`` exchange one resource for another. ``edge`` (``start`` or ``end``)
    takes the edge that lies at ``was`` to ``to`` (UTC).
    """

    shift: timedelta = timedelta(0)
    source: str | None = None
    target: str | None = None
    edge: str | None = None
    was: datetime | None = None
    to: datetime | None = None

    @property
    def changes_resource(self) -> bool:
        """Whether it goes to another row."""
        return bool(self.source and self.target) and self.source != self.target


@dataclass(frozen=True)
class DragVerdict:
    """What a drag would be told, nothing written. ``kind`` is ``change``, ``propose``, ``shorten``.

    A request changes in place, an approved booking by a proposed move, a shortening at once.
    """

    plan: Plan
    evaluation: Evaluation
    kind: str
    ways: list[Change]


def dragged_wish(session: Session, booking: Booking, drag: Drag) -> BookingWish:
    """The booking as a request with the drag done to it.

    Raises NotValid for an edge that is none of the booking's, or a resource of another kind;
    WrongState where nothing is left to move.
    """
    wish = shifted_wish(booking, drag.shift) if drag.shift else wish_of(booking)
    if drag.changes_resource:
        _check_kind(session, booking, drag)
        wish = _exchanged(wish, str(drag.source), str(drag.target))
    if drag.edge and drag.was and drag.to:
        resize = _with_start if drag.edge == "start" else _with_end
        wish = replace(wish, sessions=resize(wish.sessions, drag.was, drag.to))
    return wish


def drag_verdict(
    session: Session, principal: PersonPrincipal, booking: Booking, drag: Drag, now: datetime
) -> DragVerdict:
    """What the rules say at ``now`` (UTC) of a drag, and what would help where they block."""
    wish = dragged_wish(session, booking, drag)
    plan = make_plan(session, wish, reference=booking.reference)
    begun = any(s.state != "planned" for s in booking.sessions)
    found = evaluate(session, plan, viewer_of(principal), now, started=begun)
    blocked = found.verdict is Verdict.BLOCKED
    ways = ways_out(session, principal, plan, now) if blocked and not begun else []
    return DragVerdict(plan, found, _kind(booking, plan), ways)


def drag_booking(
    work: Work, principal: PersonPrincipal, reference: str, drag: Drag, version: int | None
) -> Booking:
    """Do a drag: a draft or request in place, an approved booking by :func:`propose_move`.

    Raises as :func:`dragged_wish`, :func:`change_request` and :func:`propose_move`.
    """
    booking = load_booking(work, reference)
    wish = dragged_wish(work.session, booking, drag)
    approved = booking.status == BookingState.APPROVED
    command = propose_move if approved else change_request
    return command(work, principal, reference, wish, version)


def _kind(booking: Booking, plan: Plan) -> str:
    if booking.status != BookingState.APPROVED:
        return "change"
    return "shorten" if is_shortening(booking, plan) else "propose"


def _check_kind(session: Session, booking: Booking, drag: Drag) -> None:
    """A room changes for a room, equipment for equipment of its kind. Raises NotValid."""
    known = facilities.standing(session, booking.facility.code).resources
    old, new = known.get(str(drag.source)), known.get(str(drag.target))
    taken = {a.resource for s in booking.sessions for a in s.allocations}
    alike = old and new and (old.kind, old.equipment_kind) == (new.kind, new.equipment_kind)
    if drag.source in taken and alike:
        return
    said = Message(
        "{target} cannot take the place of {source}.",
        target=drag.target or "",
        source=drag.source or "",
    )
    remedy = Message("Choose a resource of the same kind at the same facility.")
    raise NotValid(said, [FieldError("target", said, remedy)])


def _exchanged(wish: BookingWish, source: str, target: str) -> BookingWish:
    def swap(codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(target if code == source else code for code in codes))

    sessions = tuple(replace(one, resources=swap(one.resources or ())) for one in wish.sessions)
    return replace(wish, resources=swap(wish.resources), sessions=sessions)


def _with_end(sessions: Sessions, was: datetime, to: datetime) -> Sessions:
    """The stretch that ends at ``was`` ends at ``to``; sessions wholly after it fall away."""
    last = next((n for n, one in enumerate(sessions) if one.ends == was), None)
    if last is None:
        raise _no_edge("ends_at")
    kept = last
    while kept > 0 and to <= sessions[kept].starts and _touch(sessions, kept - 1):
        kept -= 1
    ended = replace(sessions[kept], ends=to)
    return (*sessions[:kept], ended, *sessions[last + 1 :])


def _with_start(sessions: Sessions, was: datetime, to: datetime) -> Sessions:
    """The stretch that starts at ``was`` starts at ``to``; sessions wholly before it fall away."""
    first = next((n for n, one in enumerate(sessions) if one.starts == was), None)
    if first is None:
        raise _no_edge("starts_at")
    kept = first
    while kept + 1 < len(sessions) and to >= sessions[kept].ends and _touch(sessions, kept):
        kept += 1
    begun = replace(sessions[kept], starts=to)
    return (*sessions[:first], begun, *sessions[kept + 1 :])


def _touch(sessions: Sessions, before: int) -> bool:
    return sessions[before].ends == sessions[before + 1].starts


def _no_edge(field: str) -> NotValid:
    said = Message("No session of the booking has its edge there any more.")
    remedy = Message("Load the calendar again and drag the edge anew.")
    return NotValid(said, [FieldError(field, said, remedy)])
