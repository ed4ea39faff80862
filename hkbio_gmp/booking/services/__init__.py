"""Commands of booking, one service for every path.

``request_booking(work, principal, BookingWish)``,
``submit_booking(work, principal, ref, version)``,
``change_request(work, principal, ref, BookingWish, version)``,
``cancel_booking(work, principal, ref, version)``,
``approve_booking(work, principal, ref, proof, version)``,
``countersign_booking(work, principal, ref, proof, version)``,
``reject_booking(work, principal, ref, version)``,
``propose_move(work, principal, ref, BookingWish, version)``,
``counter_offer(work, principal, ref, BookingWish, version)``,
``decide_move(work, principal, ref, "accept" or "decline", version)``,
``run_session(work, principal, ref, number, verb, proof)``,
``plan_outage(work, principal, resource, TimeRange, kind)``,
``plan_outages(work, principal, OutageWish, moves)``,
``change_outage(work, principal, ref, TimeRange, version)``,
``withdraw_outage(work, principal, ref)``.
``find_slots(session, viewer_of(principal), SlotQuery, now)``,
``readiness(session, principal, booking, now)``,
``preview(session, principal, BookingWish, now)``, ``alternatives(session, principal, wish, now)``,
``ways_out(session, principal, plan, now)``,
``ways_out_of(session, principal, booking, found, now)``.
``shifted_wish(booking, timedelta)``, ``shift_booking(work, principal, ref, timedelta, version)``,
``shift_verdict(session, principal, booking, timedelta, now)``; ``laid_out(session, wish, now)``
makes a template's run definite.
``request_series(work, principal, SeriesWish)``, ``preview_series(session, principal, wish, now)``,
``change_series(work, principal, ref, SeriesChange, version)``,
``series_change_verdict(session, principal, series, SeriesChange, now)``.
The reason is the unit of work's. ``signed_record(session, booking)`` is what approval signs.
"""

from hkbio_gmp.booking.rules.outages import OutageWish
from hkbio_gmp.booking.services.countersigning import countersign_booking
from hkbio_gmp.booking.services.decisions import approve_booking, reject_booking
from hkbio_gmp.booking.services.displacement import Displaced, displaced
from hkbio_gmp.booking.services.dragging import Drag, DragVerdict, drag_booking, drag_verdict
from hkbio_gmp.booking.services.evaluation import Evaluation, viewer_of
from hkbio_gmp.booking.services.execution import run_session
from hkbio_gmp.booking.services.finder import find_slots
from hkbio_gmp.booking.services.items import lendable
from hkbio_gmp.booking.services.layout import laid_out
from hkbio_gmp.booking.services.moves import counter_offer, decide_move, moved_wish, propose_move
from hkbio_gmp.booking.services.outages import (
    MoveWish,
    OutagePlan,
    change_outage,
    plan_outage,
    plan_outages,
    withdraw_outage,
)
from hkbio_gmp.booking.services.reading import (
    alternatives,
    preview,
    readiness,
    sessions_apart,
    ways_out,
    ways_out_of,
)
from hkbio_gmp.booking.services.recurring import Adjusted, SeriesWish
from hkbio_gmp.booking.services.requests import (
    cancel_booking,
    change_request,
    request_booking,
    request_evaluated,
    submit_booking,
)
from hkbio_gmp.booking.services.series import request_series
from hkbio_gmp.booking.services.series_changes import (
    ChangeSaid,
    change_series,
    series_change_verdict,
)
from hkbio_gmp.booking.services.series_preview import OccurrenceSaid, preview_series
from hkbio_gmp.booking.services.series_scope import SeriesChange
from hkbio_gmp.booking.services.shifting import (
    ShiftVerdict,
    shift_booking,
    shift_verdict,
    shifted_wish,
    to_shift,
)
from hkbio_gmp.booking.services.signatures import signed_record
from hkbio_gmp.booking.services.slots import Home, SlotAnswer, SlotQuery
from hkbio_gmp.booking.services.whatif import least_harmful
from hkbio_gmp.booking.services.wishes import BookingWish, SessionWish, Waiting, wish_of

__all__ = [
    "Adjusted",
    "BookingWish",
    "ChangeSaid",
    "Displaced",
    "Drag",
    "DragVerdict",
    "Evaluation",
    "Home",
    "MoveWish",
    "OccurrenceSaid",
    "OutagePlan",
    "OutageWish",
    "SeriesChange",
    "SeriesWish",
    "SessionWish",
    "ShiftVerdict",
    "SlotAnswer",
    "SlotQuery",
    "Waiting",
    "alternatives",
    "approve_booking",
    "cancel_booking",
    "change_outage",
    "change_request",
    "change_series",
    "counter_offer",
    "countersign_booking",
    "decide_move",
    "displaced",
    "drag_booking",
    "drag_verdict",
    "find_slots",
    "laid_out",
    "least_harmful",
    "lendable",
    "moved_wish",
    "plan_outage",
    "plan_outages",
    "preview",
    "preview_series",
    "propose_move",
    "readiness",
    "reject_booking",
    "request_booking",
    "request_evaluated",
    "request_series",
    "run_session",
    "series_change_verdict",
    "sessions_apart",
    "shift_booking",
    "shift_verdict",
    "shifted_wish",
    "signed_record",
    "submit_booking",
    "to_shift",
    "viewer_of",
    "ways_out",
    "ways_out_of",
    "wish_of",
    "withdraw_outage",
]
