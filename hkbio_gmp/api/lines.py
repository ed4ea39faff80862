"""A booking as the contract shows it, alone and in lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from hkbio_gmp.api.problems import finding_json, instant
from hkbio_gmp.booking.queries import FlagLine
from hkbio_gmp.booking.queries.lines import BookingLine, MoveLine, SessionLine, WaitLine

# The sessions of a week share few instants, and writing one takes longer than to look it up.
_written = lru_cache(maxsize=8192)(instant)


def booking_json(
    line: BookingLine, verdict: str | None = None, flags: Iterable[FlagLine] = ()
) -> dict[str, Any]:
    """A booking as the contract shows it, with the flags that stand on it."""
    return {
        "reference": line.reference,
        "facility": line.facility,
        "organisation": line.organisation,
        "project": line.project,
        "batch": line.batch,
        "process_class": line.process_class,
        "template": line.template,
        "urgent": line.urgent,
        "resources": line.resources,
        "status": line.status,
        "starts_at": _written(line.sessions[0].starts),
        "ends_at": _written(max(one.ends for one in line.sessions)),
        "occupied_from": _written(min(one.occupied_from for one in line.sessions)),
        "occupied_until": _written(max(one.occupied_until for one in line.sessions)),
        "operators": list(line.operators),
        "note": line.note,
        "hold_until": _written_or_none(line.hold_until),
        "verdict": verdict,
        "version": line.version,
        "sessions": [_session_json(one) for one in line.sessions],
        "flags": [_flag_json(flag) for flag in flags],
        "proposed_move": None if line.move is None else _move_json(line.move),
        "waitlist": None if line.waits is None else _waits_json(line.waits),
    }


def _flag_json(flag: FlagLine) -> dict[str, Any]:
    return {
        "cause": flag.cause,
        "raised_at": instant(flag.raised_at),
        "finding": finding_json(flag.finding),
    }


def _session_json(one: SessionLine) -> dict[str, Any]:
    return {
        "number": one.number,
        "starts_at": _written(one.starts),
        "ends_at": _written(one.ends),
        "attended": one.attended,
        "state": one.state,
        "resources": list(one.resources),
        "occupied_from": _written(one.occupied_from),
        "occupied_until": _written(one.occupied_until),
        "checked_in_at": _written_or_none(one.checked_in_at),
        "checked_out_at": _written_or_none(one.checked_out_at),
    }


def _move_json(move: MoveLine) -> dict[str, Any]:
    return {
        "resources": move.resources.split(", "),
        "starts_at": _written(move.starts),
        "ends_at": _written(move.ends),
        "side": move.side,
        "reason": move.reason,
    }


def _waits_json(waits: WaitLine) -> dict[str, Any]:
    return {
        "from": _written(waits.earliest),
        "until": _written(waits.latest),
        "any_room": waits.any_room,
    }


def _written_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _written(moment)
