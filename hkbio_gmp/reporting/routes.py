"""The first page by role, utilisation, and the public view of capacity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange, day_end, day_start
from hkbio_gmp.reporting import charts
from hkbio_gmp.reporting.dashboards import DASHBOARDS
from hkbio_gmp.reporting.forms import UtilisationForm
from hkbio_gmp.reporting.queries import capacity as queries
from hkbio_gmp.reporting.rules.budget import tenths
from hkbio_gmp.web.guards import public, requires, signed_in
from hkbio_gmp.web.navigation import NavigationItem, add_navigation, current_zone

blueprint = Blueprint("reporting", __name__)
READ = "reporting:utilisation:read"
DETAIL = "booking:slot:read"
"""Who may read the bookings behind the figures sees them by room and organisation."""
_WEEKS = 12
_MOST_DAYS = 731


def register(app: Flask) -> None:
    """Register the pages and their places in the navigation."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(stacked=charts.stacked, waterfall=charts.waterfall)
    add_navigation(NavigationItem("reporting.home", _("Home"), "layout-dashboard", None, order=0))
    add_navigation(
        NavigationItem("reporting.reports", _("Reports"), "bar-chart", READ, "insight", 10)
    )


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The dashboard of the first role that the person holds."""
    person, now = who(), clock.now()
    role = next((name for name in DASHBOARDS if person.has_role(name)), None)
    if role is None:
        return render_template("reporting/no_role.html", person=person)
    build = DASHBOARDS[role]
    return render_template(
        f"reporting/{build.__name__}.html",
        person=person,
        now=now,
        **build(db.session, person, now),
    )


@blueprint.get("/reports")
@requires(READ)
def reports() -> ResponseReturnValue:
    """Where rooms' time went; by room, week and organisation to the facility's own people."""
    form = UtilisationForm()
    valid = form.validate()
    window = _window(form)
    sites = [_site_report(site, window) for site in _sites()] if valid else []
    page = render_template(
        "reporting/reports.html", form=form, sites=sites, window=window, valid=valid
    )
    return page, 200 if valid else 422


def _sites() -> list[Facility]:
    reach = who().facilities(READ)
    rows = facilities.list_facilities(db.session)
    return [row for row in rows if reach is None or row.code in reach]


def _window(form: UtilisationForm) -> TimeRange:
    zone, today = current_zone(), clock.today(current_zone())
    last = today if form.errors or not form.until.data else form.until.data
    since = None if form.errors else form.since.data
    first = min(since or last - timedelta(days=90), last)
    first = max(first, last - timedelta(days=_MOST_DAYS))
    form.since.data, form.until.data = first, last
    return TimeRange(day_start(first, zone), day_end(last, zone))


def _site_report(site: Facility, window: TimeRange) -> dict[str, Any]:
    times = queries.room_times(db.session, site.code, window)
    weeks = queries.weeks_of(window, site.zone)
    report: dict[str, Any] = {
        "site": site,
        "all": queries.together(times),
        "count": len(times),
        "weeks": list(zip(weeks, queries.by_week(times, weeks), strict=True)),
        "grades": _grades(times),
        "rooms": [],
        "organisations": [],
    }
    if who().may(DETAIL, facility=site.code):
        names = {row.code: row.name for row in identity.list_organisations(db.session)}
        report["rooms"] = times
        report["organisations"] = [
            (code, names.get(code, code), spent)
            for code, spent in queries.by_organisation(times).items()
        ]
        report["grades"] = _grades(times, fewest=1)
    return report


def _grades(times: list[queries.RoomTime], fewest: int = queries.FEW) -> list[Any]:
    grouped = queries.by_grade(times)
    return [(g, queries.together(r), len(r)) for g, r in grouped.items() if len(r) >= fewest]


@blueprint.get("/capacity")
@public
def capacity() -> ResponseReturnValue:
    """How full the facilities are by week, in steps of ten percent: nothing of anybody."""
    weeks = queries.weeks_ahead(clock.today(current_zone()), _WEEKS)
    sites = []
    for site in facilities.list_facilities(db.session):
        last = weeks[-1] + timedelta(days=6)
        window = TimeRange(day_start(weeks[0], site.zone), day_end(last, site.zone))
        times = queries.room_times(db.session, site.code, window)
        spent = queries.by_week(times, queries.weeks_of(window, site.zone))
        sites.append((site, len(times), [tenths(one.share) for one in spent]))
    return render_template("reporting/capacity.html", weeks=weeks, sites=sites)
