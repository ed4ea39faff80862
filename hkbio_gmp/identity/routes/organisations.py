"""Organisations as their own people, facilities and auditors see them."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.presence import who
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@blueprint.get("/<code>")
@requires("identity:organisation:read")
def organisation(code: str) -> ResponseReturnValue:
    """One organisation; its people only to those who may read them."""
    person = who()
    found = queries.get_visible_organisation(db.session, person, code)
    people = []
    if person.may("identity:person:read", organisation=code):
        people = queries.list_people(db.session, found)
    return render_template("identity/organisation.html", organisation=found, people=people)
