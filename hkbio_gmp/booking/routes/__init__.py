"""Pages of booking: calendar, finder, requests, decisions, outages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.words import add_words
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.present.acts import ACTS, RECORDS
from hkbio_gmp.booking.present.uses import (
    draft_pairs_panel,
    older_pairs_panel,
    states_now,
    urgent_panel,
    uses_panel,
)
from hkbio_gmp.booking.present.words import act_label
from hkbio_gmp.booking.routes import (
    acts,
    approvals,
    bookings,
    calendar,
    drops,
    feeds,
    finder,
    moves,
    outages,
    requests,
    series,
    sessions,
    shifts,
    waitlist,
    whatif,
)
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import panels
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.web.navigation import NavigationItem, add_navigation

_PARTS = (
    calendar,
    drops,
    feeds,
    finder,
    requests,
    series,
    bookings,
    acts,
    moves,
    shifts,
    sessions,
    approvals,
    outages,
    waitlist,
    whatif,
)
_PAGES = (
    NavigationItem("finder.slots", _("Find a slot"), "search", "booking:slot:request", order=10),
    NavigationItem(
        "calendar.calendar", _("Calendar"), "calendar-range", "booking:slot:read", order=20
    ),
    NavigationItem(
        "bookings.bookings", _("Bookings"), "calendar-days", "booking:slot:read", order=40
    ),
    NavigationItem("outages.outages", _("Outages"), "wrench", "booking:outage:read", order=45),
)


def register(app: Flask) -> None:
    """Register the pages and their places in the navigation."""
    app.jinja_env.globals["act_label"] = act_label
    add_words(ACTS, RECORDS)
    for part in _PARTS:
        app.register_blueprint(part.blueprint)
    panels.register_panel("resource", "uses", uses_panel, order=10)
    panels.register_panel("project", "urgent", urgent_panel, order=20)
    panels.register_panel("rules_draft", "pairs", draft_pairs_panel, order=10)
    panels.register_panel("rules", "older_pairs", older_pairs_panel, order=10)
    panels.register_states("uses", states_now)
    for page in _PAGES:
        add_navigation(page)
    add_navigation(
        NavigationItem(
            "approvals.approvals",
            _("Approvals"),
            "inbox",
            "booking:slot:approve",
            order=30,
            count=waiting,
        )
    )


def waiting(principal: Principal) -> int:
    """How many requests wait for this person's decision."""
    return len(queries.list_waiting(db.session, principal, clock.now()))
