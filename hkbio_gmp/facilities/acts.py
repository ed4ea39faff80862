"""The acts on facilities, projects and batches, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

RECORDS: dict[str, Any] = {
    "facility": _("Facility"),
    "resource": _("Room or equipment"),
    "project": _("Project"),
    "batch": _("Batch"),
}
ACTS: dict[str, tuple[str, str, Any]] = {
    "facilities:facility:imported": (
        "building-2",
        "completed",
        _("imported the facility file of %(record)s"),
    ),
    "facilities:project:proposed": ("send", "requested", _("proposed %(record)s")),
    "facilities:project:accepted": ("pen-line", "in_use", _("accepted %(record)s")),
    "facilities:project:closed": ("lock", "completed", _("closed %(record)s")),
    "facilities:batch:registered": (
        "test-tubes",
        "approved",
        _("registered the batch %(record)s"),
    ),
    "facilities:rules:changed": ("repeat-2", "requested", _("changed the rules of %(record)s")),
    "facilities:template:added": ("workflow", "approved", _("added a template to %(record)s")),
    "facilities:template:changed": (
        "workflow",
        "requested",
        _("changed a template of %(record)s"),
    ),
    "facilities:template:retired": ("undo-2", "completed", _("retired a template of %(record)s")),
    "facilities:closure:added": ("calendar-off", "outage", _("added a closed day to %(record)s")),
    "facilities:closure:withdrawn": (
        "undo-2",
        "completed",
        _("withdrew a closed day of %(record)s"),
    ),
}
