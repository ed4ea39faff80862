"""The acts on certificates, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

RECORDS: dict[str, Any] = {
    "certificate": _("Certificate"),
    "certificate_kind": _("Kind of certificate"),
}
ACTS: dict[str, tuple[str, str, Any]] = {
    "certification:certificate:submitted": ("inbox", "approved", _("submitted %(record)s")),
    "certification:certificate:verified": ("shield-check", "in_use", _("verified %(record)s")),
    "certification:certificate:rejected": ("octagon-x", "blocked", _("rejected %(record)s")),
    "certification:certificate:suspended": ("ban", "blocked", _("suspended %(record)s")),
    "certification:certificate:reinstated": ("undo-2", "in_use", _("reinstated %(record)s")),
    "certification:certificate:withdrawn": ("file-x", "completed", _("withdrew %(record)s")),
    "certification:reminder:sent": ("bell", "requested", _("reminded of %(record)s")),
    "certification:kind:loaded": (
        "file-badge",
        "completed",
        _("loaded the kind of certificate %(record)s"),
    ),
}
