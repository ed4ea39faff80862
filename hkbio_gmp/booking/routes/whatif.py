"""When an outage would do the least harm: weeks or days compared, one click takes the best."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hkbio_gmp.booking.forms_outages import WhatIfForm
from hkbio_gmp.booking.rules.harm import Harm
from hkbio_gmp.booking.services import OutageWish, least_harmful
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Resource
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange, day_end, local_date
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("whatif", __name__, url_prefix="/outages/what-if")
PLAN = "booking:outage:plan"
_DAYS, _AHEAD, _SHOWN = {"week": 7, "day": 1}, 84, 20


@blueprint.get("")
@requires(PLAN)
def what_if() -> ResponseReturnValue:
    """Windows of the outage that is described, the least harmful first."""
    form = WhatIfForm(request.args)
    reach = who().facilities(PLAN)
    rooms = [
        row
        for row in facilities.list_resources(db.session)
        if row.state == "active" and (reach is None or row.facility.code in reach)
    ]
    form.resource.choices = [(row.code, f"{row.code} {row.name}") for row in rooms]
    valid = form.validate()
    chosen = next((row for row in rooms if row.code == form.resource.data), None)
    found = _compared(form, chosen) if valid and chosen is not None else []
    page = render_template(
        "booking/whatif.html",
        form=form,
        resource=chosen,
        rows=[(harm, _take(form, harm)) for harm in found[:_SHOWN]],
        most=max((len(harm.references) for harm in found), default=0) or 1,
    )
    return page, 200 if valid else 422


def _compared(form: WhatIfForm, resource: Resource) -> list[Harm]:
    now, zone = clock.now(), resource.facility.zone
    since = max(form.since.data or local_date(now, zone), local_date(now, zone)) + timedelta(days=1)
    until = min(form.until.data or since + timedelta(days=_AHEAD), since + timedelta(days=366))
    first = _window(since, form.hour.data, form.hours.data or 8, zone)
    wish = OutageWish((resource.code,), (first,), "planned", form.event.data or None)
    step = timedelta(days=_DAYS.get(form.step.data, 7))
    site = resource.facility.code
    return least_harmful(db.session, who(), wish, site, day_end(until, zone), step, now)


def _window(day: date, hour: int | None, hours: int, zone: str) -> TimeRange:
    at = time(8 if hour is None else hour)
    starts = datetime.combine(day, at, ZoneInfo(zone)).astimezone(clock.now().tzinfo)
    return TimeRange(starts, starts + timedelta(hours=hours))


def _take(form: WhatIfForm, harm: Harm) -> str:
    """Where the window is planned."""
    given: dict[str, Any] = {"resource": form.resource.data, "event": form.event.data or None}
    given |= {"from": harm.window.starts.isoformat(), "until": harm.window.ends.isoformat()}
    return url_for("outages.new_outage", **given)
