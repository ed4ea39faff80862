"""The palette of states: one tone, icon and word for each status, everywhere the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class Look:
    """How a state shows: ``tone`` is a CSS class ``s-<tone>``, ``label`` is translated late."""

    tone: str
    icon: str
    label: Any


# a hue is never decoration, so a new state takes one of the eight tones and brings no colour
STATES: dict[str, Look] = {
    # bookings and sessions
    "draft": Look("completed", "circle-dashed", _("Draft")),
    "requested": Look("requested", "clock", _("Requested")),
    "approved": Look("approved", "circle-check", _("Approved")),
    "rejected": Look("blocked", "octagon-x", _("Rejected")),
    "cancelled": Look("completed", "circle-slash", _("Cancelled")),
    "expired": Look("blocked", "timer-off", _("Expired")),
    "waitlisted": Look("requested", "list-end", _("Waitlisted")),
    "in_use": Look("in_use", "circle-play", _("In use")),
    "completed": Look("completed", "check-check", _("Completed")),
    "no_show": Look("blocked", "user-x", _("No-show")),
    "planned": Look("approved", "calendar-clock", _("Planned")),
    "cleaning": Look("cleaning", "spray-can", _("Cleaning")),
    "cleared": Look("completed", "check-check", _("Cleared")),
    "aborted": Look("blocked", "octagon-x", _("Aborted")),
    "occupied": Look("occupied", "lock", _("Occupied")),
    "outage": Look("outage", "wrench", _("Outage")),
    "free": Look("in_use", "circle-check", _("Free")),
    "flagged": Look("blocked", "flag", _("Needs attention")),
    "move_proposed": Look("requested", "move-horizontal", _("Move proposed")),
    # outages
    "unplanned": Look("outage", "triangle-alert", _("Unplanned outage")),
    "requalification": Look("outage", "wrench", _("Requalification")),
    "shutdown": Look("outage", "calendar-off", _("Shutdown")),
    "closed_day": Look("outage", "calendar-off", _("Closed")),
    # certificates
    "submitted": Look("approved", "inbox", _("Submitted")),
    "valid": Look("in_use", "circle-check", _("Valid")),
    "due": Look("requested", "clock", _("Due")),
    "suspended": Look("blocked", "ban", _("Suspended")),
    "superseded": Look("completed", "history", _("Superseded")),
    "withdrawn": Look("completed", "undo-2", _("Withdrawn")),
    "missing": Look("blocked", "file-x", _("Missing")),
    # verdicts and severities
    "ready": Look("in_use", "circle-check", _("Ready")),
    "attention": Look("requested", "triangle-alert", _("Attention")),
    "blocked": Look("blocked", "octagon-x", _("Blocked")),
    "ok": Look("in_use", "circle-check", _("In order")),
    "warn": Look("requested", "triangle-alert", _("Attention")),
    "block": Look("blocked", "octagon-x", _("Blocked")),
    "info": Look("approved", "info", _("Note")),
    # projects, grants, people, resources
    "proposed": Look("requested", "clock", _("Proposed")),
    "accepted": Look("in_use", "circle-check", _("Accepted")),
    "declined": Look("blocked", "octagon-x", _("Declined")),
    "closed": Look("completed", "lock", _("Closed")),
    "confirmed": Look("in_use", "circle-check", _("Confirmed")),
    "ended": Look("completed", "circle-stop", _("Ended")),
    "refused": Look("blocked", "octagon-x", _("Refused")),
    "active": Look("in_use", "circle-check", _("Active")),
    "retired": Look("completed", "archive", _("Retired")),
    "disabled": Look("completed", "user-x", _("Disabled")),
    "locked": Look("blocked", "lock", _("Locked")),
    "invited": Look("approved", "mail", _("Invited")),
    # messages and reminder steps
    "queued": Look("requested", "clock", _("Waiting")),
    "sent": Look("completed", "check-check", _("Sent")),
    "failed": Look("blocked", "octagon-x", _("Failed")),
    "parked": Look("blocked", "circle-pause", _("Parked")),
    "overtaken": Look("outage", "skip-forward", _("Overtaken")),
    "current": Look("requested", "bell", _("Sent, waiting")),
    "to_come": Look("completed", "circle-dashed", _("To come")),
    "lapsed": Look("blocked", "octagon-x", _("Lapsed")),
    # the log
    "verified": Look("in_use", "shield-check", _("Verified")),
    "altered": Look("blocked", "shield-x", _("Altered")),
    "signed": Look("approved", "pen-line", _("Signed")),
    "late": Look("requested", "clock", _("Late")),
}

ROLES: dict[str, Any] = {
    "requester": _("Requester"),
    "organisation_admin": _("Organisation admin"),
    "sponsor_quality": _("Sponsor quality"),
    "operator": _("Operator"),
    "quality_control": _("Quality control"),
    "facility_manager": _("Facility manager"),
    "quality": _("Quality"),
    "authorized_person": _("Authorized Person"),
    "auditor": _("Auditor"),
    "programme": _("Programme"),
    "admin": _("Administrator"),
    "deputy": _("Deputy"),
    "scheduler": _("Scheduler"),
}


def look(state: object) -> Look:
    """How ``state`` shows; an unknown one shows its own word in grey."""
    name = str(getattr(state, "value", state))
    # a state added by a later feature still shows its word, without a page failing
    known = STATES.get(name)
    return known or Look("completed", "circle", name.replace("_", " ").capitalize())


def role_label(role: object) -> str:
    """A role's name in the present language."""
    name = str(getattr(role, "value", role))
    return str(ROLES.get(name, name.replace("_", " ").capitalize()))
