"""Words of booking that several pages share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

_ACTS: dict[str, Any] = {
    "check_in": _("Check in"),
    "check_out": _("Check out"),
    "abort": _("Abort"),
    "perform_clearance": _("Perform clearance"),
    "verify_clearance": _("Verify clearance"),
}


def act_label(verb: str) -> str:
    """A session's verb as a button says it."""
    return str(_ACTS.get(verb, verb))
