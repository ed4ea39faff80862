"""The finder: the earliest real start first, then ranked slots, then what would help."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from hkbio_gmp.booking.forms import SlotForm
from hkbio_gmp.booking.present.criteria import offer_choices
from hkbio_gmp.booking.present.found import best_of_each, counted, refusal_row
from hkbio_gmp.booking.present.search import search_of
from hkbio_gmp.booking.services import find_slots, viewer_of
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("finder", __name__, url_prefix="/slots")


@blueprint.get("")
@requires("booking:slot:search")
def slots() -> ResponseReturnValue:
    """Free windows for what is described; every criterion stands in the address."""
    form = SlotForm(_asked())
    status = 200 if form.validate() else 422
    form.leave_out_wrong()
    project = offer_choices(db.session, who(), form)
    if project is None:
        return render_template("booking/slots.html", form=form, project=None), status
    search = search_of(db.session, who(), form, project)
    answer = find_slots(db.session, viewer_of(who()), search.query, clock.now())
    grades = {r.code: r.grade or "" for r in facilities.list_resources(db.session, kind="room")}
    page = render_template(
        "booking/slots.html",
        form=form,
        project=project,
        search=search,
        slots=best_of_each(answer.slots),
        refusals=[refusal_row(refusal, grades, search) for refusal in answer.refusals],
        counted=counted(answer),
        grades=grades,
        may_request=who().may("booking:slot:request", organisation=project.organisation.code),
    )
    return page, status


def _asked() -> MultiDict[str, str]:
    """The address's criteria; days also by the names and with the times that the API gives them."""
    given = MultiDict(request.args)
    for ours, theirs in (("since", "from"), ("until", "to")):
        if theirs in given:
            given.setdefault(ours, given[theirs][: len("2027-01-31")])
    return given
