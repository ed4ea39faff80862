"""The newest acts of a log as sentences, whatever feature they are of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.queries import Act
from hkbio_gmp.booking.present.history import history_items

_SAID: dict[str, tuple[str, str, Any]] = {
    "certification:certificate:submitted": (
        "file-plus",
        "approved",
        _("submitted a certificate"),
    ),
    "certification:certificate:verified": (
        "pen-line",
        "in_use",
        _("verified a certificate, signed"),
    ),
    "certification:certificate:rejected": (
        "octagon-x",
        "blocked",
        _("rejected a certificate, signed"),
    ),
    "certification:certificate:suspended": (
        "ban",
        "blocked",
        _("suspended a certificate, signed"),
    ),
    "certification:certificate:reinstated": (
        "undo-2",
        "in_use",
        _("reinstated a certificate, signed"),
    ),
    "certification:certificate:withdrawn": (
        "file-x",
        "completed",
        _("withdrew a certificate, signed"),
    ),
    "certification:reminder:sent": ("bell", "requested", _("sent reminders")),
    "facilities:project:proposed": ("send", "requested", _("proposed a project")),
    "facilities:project:accepted": ("pen-line", "in_use", _("accepted a project, signed")),
    "facilities:project:closed": ("lock", "completed", _("closed a project")),
    "facilities:batch:registered": ("test-tubes", "approved", _("registered a batch")),
    "facilities:facility:imported": ("building-2", "completed", _("imported the facility")),
}


def act_rows(acts: Sequence[Act], log: str) -> list[dict[str, Any]]:
    """What the history component draws, each with its record and the way there."""
    rows = []
    for act, item in zip(acts, history_items(acts), strict=True):
        head = act.head
        icon, tone, text = _SAID.get(head["action"], (item["icon"], item["tone"], item["text"]))
        subject = head["subject"]
        href = url_for("audit.log", code=log, record_type=subject["type"], record=subject["ref"])
        shown = {"icon": icon, "tone": tone, "text": text}
        rows.append({**item, **shown, "ref": subject["ref"], "record_href": href})
    return rows
