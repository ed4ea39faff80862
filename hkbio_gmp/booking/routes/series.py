"""Series: asking with a preview of each occurrence, the series' page, changing it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.words import history_items
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms_series import SeriesChangeForm, SeriesForm
from hkbio_gmp.booking.models_series import BookingSeries
from hkbio_gmp.booking.present.requesting import (
    REQUEST,
    first_values,
    offer_choices,
    own_projects,
)
from hkbio_gmp.booking.present.series import (
    PreviewRow,
    chosen_out,
    chosen_ways,
    preview_rows,
    series_rows,
)
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.routes.requests import named_project
from hkbio_gmp.booking.services import (
    ChangeSaid,
    SeriesWish,
    change_series,
    preview_series,
    request_series,
    series_change_verdict,
)
from hkbio_gmp.booking.services.recurring import first_start
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("series", __name__, url_prefix="/series")
READ = "booking:slot:read"


@blueprint.route("/new", methods=["GET", "POST"])
@requires(REQUEST)
def new_series() -> ResponseReturnValue:
    """A request again and again: first the verdict of each occurrence, then one act."""
    projects = own_projects(db.session, who())
    if not projects:
        return render_template("booking/new_without_project.html")
    project = named_project(projects, request.values.get("project"))
    first = None if request.method == "POST" else first_values(request.args, project)
    form = SeriesForm(data=first)
    offer_choices(db.session, who(), form, project)
    rows: list[PreviewRow] = []
    error: DomainError | None = None
    if form.validate_on_submit():
        wish = _wished(form, project)
        try:
            if wish.take and request.form.get("step") in {"all", "fitting"}:
                return redirect(url_for(".series", reference=_ask(wish, project)))
        except REFUSED as refused:
            error = refused
            take_refusal(form, refused)
        rows, error = _looked(form, wish, error)
    return _page(form, project, rows, error)


def _wished(form: SeriesForm, project: Project) -> SeriesWish:
    booking = form.wish(project, draft=False)
    first = first_start(booking) or clock.now()
    return SeriesWish(
        booking=booking,
        rule=form.rule(first, project.facility.zone),
        take="fitting" if request.form.get("step") == "fitting" else "all",
        leave_out=chosen_out(request.form),
        adjusted=chosen_ways(request.form),
    )


def _looked(
    form: SeriesForm, wish: SeriesWish, error: DomainError | None
) -> tuple[list[PreviewRow], DomainError | None]:
    """The preview, also after a refusal: that was of what is true now."""
    try:
        said = preview_series(db.session, who(), wish, clock.now())
    except REFUSED as refused:
        if error is None:
            take_refusal(form, refused)
        return [], error or refused
    return preview_rows(said, request.form.getlist("adjust")), error


def _ask(wish: SeriesWish, project: Project) -> str:
    person = who()
    reference = work.run(
        person.acting_for(REQUEST, organisation=project.organisation.code),
        "booking:series:requested",
        None,
        lambda unit: request_series(unit, person, wish).reference,
    )
    flash(_("Requested and held: the series %(reference)s.", reference=reference), "ok")
    return reference


def _page(
    form: SeriesForm, project: Project, rows: list[PreviewRow], error: DomainError | None
) -> ResponseReturnValue:
    page = render_template(
        "booking/series_new.html",
        form=form,
        project=project,
        rows=rows,
        left_out=sorted(chosen_out(request.form)),
    )
    return page, status_of(form, error)


@blueprint.get("/<reference>")
@requires(READ)
def series(reference: str) -> ResponseReturnValue:
    """One series with all of its occurrences and their states."""
    row = queries.get_series(db.session, who(), reference)
    return render_template(
        "booking/series.html",
        series=row,
        rows=series_rows(row),
        may_change=_may_change(row),
        history=history_items(record_history(db.session, row.facility.code, "series", reference)),
    )


def _may_change(row: BookingSeries) -> bool:
    scope = {"facility": row.facility.code, "organisation": row.organisation.code}
    return who().may("booking:slot:cancel", **scope)


@blueprint.route("/<reference>/change", methods=["GET", "POST"])
@requires("booking:slot:cancel")
def change(reference: str) -> ResponseReturnValue:
    """Move, take other resources for, or cancel occurrences: the verdict of each first."""
    row = queries.get_series(db.session, who(), reference)
    form = SeriesChangeForm(version=row.version, data=_first_choice())
    _offer(form, row)
    said: list[ChangeSaid] = []
    error: DomainError | None = None
    if form.validate_on_submit():
        try:
            if request.form.get("step") == "save":
                _change(row, form)
                flash(_("The series is changed."), "ok")
                return redirect(url_for(".series", reference=reference))
            said = series_change_verdict(db.session, who(), row, form.change, clock.now())
        except REFUSED as refused:
            error = refused
            take_refusal(form, refused)
    page = render_template("booking/series_change.html", series=row, form=form, said=said)
    return page, status_of(form, error)


def _first_choice() -> dict[str, object]:
    number = request.args.get("number", "1")
    plain = number.isascii() and number.isdigit() and len(number) < 3
    return {"number": int(number) if plain else 1, "scope": "one" if plain else "all", "days": 1}


def _offer(form: SeriesChangeForm, row: BookingSeries) -> None:
    taken = [code for one in series_rows(row) for code in one.resources]
    form.source.choices = [(code, code) for code in dict.fromkeys(taken)]
    rooms = facilities.list_resources(db.session, row.facility.code, bookable=True)
    form.target.choices = [(r.code, r.code) for r in rooms if r.state == "active"]


def _change(row: BookingSeries, form: SeriesChangeForm) -> None:
    person, reference, wanted, version = who(), row.reference, form.change, form.read_version
    cancels = wanted.act == "cancel"
    actor = person.acting_for(
        "booking:slot:cancel" if cancels else "booking:slot:propose_move",
        facility=row.facility.code,
        organisation=row.organisation.code,
    )
    work.run(
        actor,
        "booking:series:cancelled" if cancels else "booking:series:changed",
        form.reason.data,
        lambda unit: change_series(unit, person, reference, wanted, version).reference,
    )
