"""The waitlist: one's own places in line, or all of a facility's."""

from __future__ import annotations

from flask import Blueprint, render_template

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.queries.waitlist import list_waitlist
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("waitlist", __name__, url_prefix="/waitlist")


@blueprint.get("")
@requires("booking:slot:read")
def waitlist() -> str:
    """Who waits within reach, by facility and turn, and what is offered to them now."""
    sites = facilities.list_facilities(db.session)
    found = [(site, list_waitlist(db.session, who(), [site.code])) for site in sites]
    return render_template(
        "booking/waitlist.html",
        sites=[(site, rows) for site, rows in found if rows],
        resources_of=queries.resources_of,
        may_request=who().may("booking:slot:request"),
    )
