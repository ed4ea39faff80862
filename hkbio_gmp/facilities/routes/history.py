"""The acts on a project, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.queries import Act

_SAID: dict[str, tuple[str, str, Any]] = {
    "facilities:project:proposed": ("send", "requested", _("proposed the project")),
    "facilities:project:accepted": ("pen-line", "in_use", _("accepted the project, signed")),
    "facilities:project:closed": ("lock", "completed", _("closed the project")),
}


def history_items(acts: Iterable[Act]) -> list[dict[str, Any]]:
    """What the history component draws, newest first; instants in UTC."""
    return [_item(act.head) for act in acts]


def _item(head: dict[str, Any]) -> dict[str, Any]:
    icon, tone, text = _SAID.get(head["action"], ("circle", "completed", head["action"]))
    signature = head.get("signature") or {}
    notes = [head.get("reason"), signature.get("number")]
    return {
        "at": datetime.fromisoformat(head["at"]),
        "icon": icon,
        "tone": tone,
        "who": head["actor"]["name"],
        "text": text,
        "note": " · ".join(note for note in notes if note),
    }
