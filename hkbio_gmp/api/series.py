"""Series of bookings: a verdict of each occurrence, asking, reading, changing."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from hkbio_gmp.api import commands, paging, records
from hkbio_gmp.api.bookings import wish_from
from hkbio_gmp.api.catalogue import change_json
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.problems import finding_json, instant
from hkbio_gmp.api.schemas import PageArgs
from hkbio_gmp.api.series_schemas import SeriesBody, SeriesChangeBody
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.models_series import BookingSeries, SeriesOccurrence
from hkbio_gmp.booking.rules.flags import load_finding
from hkbio_gmp.booking.rules.recurrence import parsed
from hkbio_gmp.booking.services import Adjusted, OccurrenceSaid, SeriesChange, SeriesWish
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.findings import Severity, Verdict

blueprint = ApiBlueprint("api_series", __name__, description="Series of bookings")
READ, REQUEST = "booking:slot:read", "booking:slot:request"


def _wish(body: dict[str, Any]) -> SeriesWish:
    return SeriesWish(
        booking=wish_from({**body, "draft": False, "waitlist": None}),
        rule=parsed(body["recurrence"]),
        take=body["take"],
        leave_out=frozenset(body["leave_out"]),
        adjusted={one["number"]: _adjusted(one) for one in body["adjust"]},
    )


def _adjusted(one: dict[str, Any]) -> Adjusted:
    starts = clock.utc(one["starts_at"]) if "starts_at" in one else None
    return Adjusted(starts, tuple(one["resources"]) if "resources" in one else None)


def series_json(row: BookingSeries) -> dict[str, Any]:
    """A series with all of its occurrences."""
    return {
        "reference": row.reference,
        "facility": row.facility.code,
        "organisation": row.organisation.code,
        "project": row.project.code,
        "recurrence": row.recurrence,
        "starts_at": instant(row.starts),
        "take": row.take,
        "version": row.version,
        "occurrences": [_occurrence_json(one) for one in row.occurrences],
    }


def _occurrence_json(one: SeriesOccurrence) -> dict[str, Any]:
    booking = one.booking
    found = [load_finding(f["rule"], f["subject"], f) for f in one.left_out or ()]
    return {
        "number": one.number,
        "starts_at": instant(booking.sessions[0].starts if booking else one.starts),
        "booking": booking.reference if booking else None,
        "status": queries.status_of(booking) if booking else None,
        "findings": [finding_json(f) for f in found],
    }


@blueprint.post("/series/preview")
@requires(REQUEST)
@blueprint.arguments(SeriesBody)
@blueprint.response(200, records.SeriesVerdict)
def preview(body: dict[str, Any]) -> Response:
    """The verdict of each occurrence with what would make it fit; nothing is written."""
    wish = _wish(body)
    said = services.preview_series(db.session, principal(), wish, clock.now())
    return jsonify(
        recurrence=wish.rule.text,
        fits=sum(1 for one in said if one.verdict is not Verdict.BLOCKED),
        occurrences=[_said_json(one) for one in said],
    )


def _said_json(one: OccurrenceSaid) -> dict[str, Any]:
    sessions = one.plan.sessions
    return {
        "number": one.occurrence.number,
        "starts_at": instant(sessions[0].slot.starts),
        "ends_at": instant(max(session.slot.ends for session in sessions)),
        "resources": list(dict.fromkeys(use.resource for use in one.plan.uses)),
        "verdict": str(one.verdict),
        "findings": [finding_json(f) for f in one.findings if f.severity is not Severity.OK],
        "change": change_json(one.way) if one.way else None,
    }


@blueprint.post("/series")
@requires(REQUEST)
@blueprint.arguments(SeriesBody)
@blueprint.response(201, records.Series)
def create(body: dict[str, Any]) -> Response:
    """Ask for all occurrences or none, or for those that fit: each is a booking of its own."""
    who, wish = principal(), _wish(body)
    made = commands.run(
        who.acting_for(REQUEST, organisation=who.organisation),
        "booking:series:requested",
        None,
        lambda work: series_json(services.request_series(work, who, wish)),
    )
    return commands.answer(made, 201, f"/api/v1/series/{made['reference']}")


@blueprint.get("/series")
@requires(READ)
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(records.Series))
def every(args: dict[str, Any]) -> Response:
    """Series within reach, newest first."""
    after = paging.number_of(args.get("cursor"))
    rows = queries.list_series(db.session, principal(), after, args["limit"])
    return jsonify(paging.page(rows, args["limit"], series_json, lambda row: row.id))


@blueprint.get("/series/<reference>")
@requires(READ)
@blueprint.response(200, records.Series)
def one(reference: str) -> Response:
    """One series with its occurrences and their states."""
    return commands.answer(series_json(queries.get_series(db.session, principal(), reference)))


@blueprint.post("/series/<reference>/changes")
@requires(READ)
@blueprint.arguments(SeriesChangeBody)
@blueprint.response(200, records.Series)
def change(body: dict[str, Any], reference: str) -> Response:
    """Move, take other resources for, or cancel occurrences: all that are named, or none."""
    who = principal()
    row = queries.get_series(db.session, who, reference)
    commands.check_match(row.version)
    wanted = SeriesChange(
        act=body["action"],
        scope=body["scope"],
        number=body["number"],
        days=body.get("days", 0),
        minutes=body.get("minutes", 0),
        source=body.get("instead_of"),
        target=body.get("take"),
    )
    cancels, version = wanted.act == "cancel", row.version
    permission = "booking:slot:cancel" if cancels else "booking:slot:propose_move"
    made = commands.run(
        who.acting_for(permission, facility=row.facility.code, organisation=row.organisation.code),
        "booking:series:cancelled" if cancels else "booking:series:changed",
        body["reason"],
        lambda work: series_json(services.change_series(work, who, reference, wanted, version)),
    )
    return commands.answer(made)
