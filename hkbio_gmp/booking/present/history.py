"""The acts on a booking or an outage, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.queries import Act

_SAID: dict[str, tuple[str, str, Any]] = {
    "booking:slot:drafted": ("circle-dashed", "completed", _("kept a draft")),
    "booking:slot:requested": ("clock", "requested", _("requested it")),
    "booking:slot:submitted": ("clock", "requested", _("submitted it")),
    "booking:slot:changed": ("pencil", "requested", _("changed the request")),
    "booking:slot:approved": ("pen-line", "approved", _("approved it, signed")),
    "booking:slot:rejected": ("octagon-x", "blocked", _("rejected it")),
    "booking:slot:cancelled": ("circle-slash", "completed", _("cancelled it")),
    "booking:slot:expired": ("timer-off", "blocked", _("let the hold run out")),
    "booking:slot:move_proposed": (
        "move-horizontal",
        "requested",
        _("moved it or proposed a move"),
    ),
    "booking:slot:move_accepted": ("circle-check", "approved", _("accepted the move")),
    "booking:slot:move_declined": ("circle-x", "blocked", _("declined the move")),
    "booking:session:checked_in": ("log-in", "in_use", _("checked in")),
    "booking:session:checked_out": ("log-out", "cleaning", _("checked out")),
    "booking:session:aborted": ("octagon-x", "blocked", _("aborted the session")),
    "booking:session:clearance_performed": ("spray-can", "cleaning", _("performed the clearance")),
    "booking:session:clearance_verified": (
        "check-check",
        "completed",
        _("verified the clearance, signed"),
    ),
    "booking:session:no_show": ("user-x", "blocked", _("recorded a no-show")),
    "booking:outage:planned": ("wrench", "outage", _("planned the outage")),
    "booking:outage:withdrawn": ("undo-2", "completed", _("withdrew the outage")),
}


def history_items(acts: Iterable[Act]) -> list[dict[str, Any]]:
    """What the history component draws, newest first; instants in UTC."""
    return [_item(act) for act in acts]


def _item(act: Act) -> dict[str, Any]:
    head = act.head
    icon, tone, text = _SAID.get(head["action"], ("circle", "completed", head["action"]))
    signature = head.get("signature") or {}
    notes = [_session(act), head.get("reason"), signature.get("number")]
    return {
        "at": datetime.fromisoformat(head["at"]),
        "icon": icon,
        "tone": tone,
        "who": head["actor"]["name"],
        "text": text,
        "note": " · ".join(str(note) for note in notes if note),
    }


def _session(act: Act) -> str:
    """Which session an act is about, where it changed one alone."""
    if not act.head["action"].startswith("booking:session:"):
        return ""
    keys = [e.document["row"]["key"] for e in act.entries]
    numbers = {str(key).rsplit("/", 1)[-1] for key in keys if "/" in str(key)}
    return f"#{numbers.pop()}" if len(numbers) == 1 else ""
