"""The acts on bookings, sessions and outages, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

RECORDS: dict[str, Any] = {
    "booking": _("Booking"),
    "outage": _("Outage"),
    "reexamination": _("Re-examination"),
    "series": _("Series"),
}
ACTS: dict[str, tuple[str, str, Any]] = {
    "booking:slot:drafted": ("circle-dashed", "completed", _("kept a draft of %(record)s")),
    "booking:slot:requested": ("clock", "requested", _("requested %(record)s")),
    "booking:slot:submitted": ("clock", "requested", _("submitted %(record)s")),
    "booking:slot:changed": ("pencil", "requested", _("changed the request %(record)s")),
    "booking:slot:waitlisted": (
        "list-end",
        "requested",
        _("asked for %(record)s, or to wait for it"),
    ),
    "booking:slot:offered": ("list-end", "requested", _("offered freed time to %(record)s")),
    "booking:slot:approved": ("pen-line", "approved", _("approved %(record)s")),
    "booking:slot:rejected": ("octagon-x", "blocked", _("rejected %(record)s")),
    "booking:slot:hold_reminded": (
        "bell",
        "requested",
        _("reminded that the hold of %(record)s ends"),
    ),
    "booking:slot:countersigned": ("pen-line", "approved", _("countersigned %(record)s")),
    "booking:slot:countersign_late": (
        "timer-off",
        "requested",
        _("reminded that %(record)s waits for a countersignature"),
    ),
    "booking:slot:counter_offered": (
        "repeat",
        "requested",
        _("offered another slot for %(record)s"),
    ),
    "booking:slot:cancelled": ("circle-slash", "completed", _("cancelled %(record)s")),
    "booking:slot:expired": (
        "timer-off",
        "blocked",
        _("released %(record)s, its hold had run out"),
    ),
    "booking:slot:move_proposed": (
        "move-horizontal",
        "requested",
        _("moved %(record)s or proposed its move"),
    ),
    "booking:slot:move_accepted": (
        "circle-check",
        "approved",
        _("accepted the move of %(record)s"),
    ),
    "booking:slot:move_declined": ("circle-x", "blocked", _("declined the move of %(record)s")),
    "booking:session:checked_in": ("log-in", "in_use", _("checked in to %(record)s")),
    "booking:session:checked_out": ("log-out", "cleaning", _("checked out of %(record)s")),
    "booking:session:aborted": ("octagon-x", "blocked", _("aborted a session of %(record)s")),
    "booking:session:clearance_performed": (
        "spray-can",
        "cleaning",
        _("performed the line clearance of %(record)s"),
    ),
    "booking:session:clearance_verified": (
        "check-check",
        "completed",
        _("verified the line clearance of %(record)s"),
    ),
    "booking:session:no_show": ("user-x", "blocked", _("recorded a no-show in %(record)s")),
    "booking:slot:reexamination_opened": (
        "search",
        "completed",
        _("asked to look again at bookings: %(record)s"),
    ),
    "booking:slot:reexamined": ("flag", "blocked", _("looked at %(record)s again")),
    "booking:outage:planned": ("wrench", "outage", _("planned the outage %(record)s")),
    "booking:outage:withdrawn": ("undo-2", "completed", _("withdrew the outage %(record)s")),
    "booking:series:requested": ("repeat", "requested", _("asked for %(record)s as a series")),
    "booking:series:changed": ("pencil", "requested", _("changed occurrences of %(record)s")),
    "booking:series:cancelled": (
        "circle-slash",
        "completed",
        _("cancelled occurrences of %(record)s"),
    ),
    "booking:feed:created": ("link", "approved", _("made a calendar address for %(record)s")),
    "booking:feed:revoked": ("undo-2", "completed", _("ended a calendar address of %(record)s")),
}
