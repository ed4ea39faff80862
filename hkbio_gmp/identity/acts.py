"""The acts on people, organisations and roles, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

RECORDS: dict[str, Any] = {
    "organisation": _("Organisation"),
    "person": _("Person"),
    "scope": _("Scope of roles"),
}
ACTS: dict[str, tuple[str, str, Any]] = {
    "identity:organisation:added": ("building", "completed", _("added %(record)s")),
    "identity:person:added": ("user-plus", "approved", _("added %(record)s")),
    "identity:person:invited": ("mail", "approved", _("invited %(record)s")),
    "identity:person:disabled": ("user-x", "blocked", _("disabled %(record)s")),
    "identity:invitation:accepted": (
        "user-check",
        "in_use",
        _("accepted the invitation of %(record)s"),
    ),
    "identity:grant:proposed": ("user-cog", "requested", _("proposed a role for %(record)s")),
    "identity:grant:confirmed": ("user-check", "in_use", _("confirmed a role of %(record)s")),
    "identity:grant:refused": ("user-x", "blocked", _("refused a role of %(record)s")),
    "identity:grant:ended": ("user-minus", "completed", _("ended a role of %(record)s")),
    "identity:token:created": ("key-round", "requested", _("created an API token of %(record)s")),
    "identity:token:revoked": ("key-round", "completed", _("revoked an API token of %(record)s")),
    "identity:password:changed": (
        "rectangle-ellipsis",
        "requested",
        _("changed the password of %(record)s"),
    ),
    "identity:language:chosen": ("languages", "completed", _("chose the language of %(record)s")),
}
