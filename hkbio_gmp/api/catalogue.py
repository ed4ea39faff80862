"""Facilities, resources, process classes, free slots, outages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify

from hkbio_gmp.api import answers, commands, paging
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.problems import finding_json, instant
from hkbio_gmp.api.schemas import OutageBody, PageArgs, ResourceArgs, SlotArgs, TemplateArgs
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.booking import queries as booking_queries
from hkbio_gmp.booking import services as booking
from hkbio_gmp.booking.models import Outage
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.services import Home, SlotQuery, viewer_of
from hkbio_gmp.booking.services.plan import project_facts
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import Facility, ProcessClass, Resource
from hkbio_gmp.facilities.rules.templates import ProcessStep, ProcessTemplate
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work

blueprint = ApiBlueprint("api_catalogue", __name__, description="Facilities, resources, slots")
READ = "facilities:facility:read"
LONGEST_WINDOW = timedelta(days=366)


def facility_json(row: Facility) -> dict[str, Any]:
    """A facility."""
    return {
        "code": row.code,
        "name": row.name,
        "name_zh": row.name_zh,
        "zone": row.zone,
        "address": row.address,
        "demonstration": row.demonstration,
        "rules_version": row.rules_version,
        "version": row.version,
    }


def resource_json(row: Resource) -> dict[str, Any]:
    """A room, suite or item of equipment."""
    return {
        "code": row.code,
        "facility": row.facility.code,
        "kind": row.kind,
        "equipment_kind": row.equipment_kind,
        "unit": row.unit,
        "name": row.name,
        "name_zh": row.name_zh,
        "grade": row.grade,
        "containment": row.containment,
        "air_zone": row.air_zone.code if row.air_zone else None,
        "room": row.room.code if row.room else None,
        "capacity": row.capacity,
        "bookable": row.bookable,
        "demonstration": row.demonstration,
    }


def class_json(row: ProcessClass) -> dict[str, Any]:
    """A process class."""
    return {
        "code": row.code,
        "facility": row.facility.code,
        "name": row.name,
        "name_zh": row.name_zh,
        "setup_minutes": row.setup_minutes,
        "turnaround_minutes": row.turnaround_minutes,
        "open_grades": row.open_grades,
        "closed_grades": row.closed_grades,
    }


def template_json(row: ProcessTemplate) -> dict[str, Any]:
    """A process template with its steps."""
    names = ("code", "facility", "process_class", "name", "name_zh", "source")
    return {
        **{name: getattr(row, name) for name in names},
        "length_minutes": _minutes(row.length),
        "steps": [_step_json(step) for step in row.steps],
    }


def _step_json(step: ProcessStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.name,
        "name_zh": step.name_zh,
        "offset_minutes": _minutes(step.offset),
        "length_minutes": _minutes(step.length),
        "attended": step.attended,
        "room": step.room,
        "equipment": list(step.equipment),
    }


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)


@blueprint.get("/facilities")
@requires(READ)
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(answers.Facility))
def facilities(args: dict[str, Any]) -> Response:
    """Every facility."""
    key = paging.code_of(args.get("cursor"))
    rows = [f for f in queries.list_facilities(db.session) if key is None or f.code > key]
    return jsonify(paging.page(rows, args["limit"], facility_json, lambda row: row.code))


@blueprint.get("/facilities/<code>")
@requires(READ)
@blueprint.response(200, answers.Facility)
def facility(code: str) -> Response:
    """One facility."""
    return commands.answer(facility_json(queries.get_facility(db.session, code)))


@blueprint.get("/resources")
@requires(READ)
@blueprint.arguments(ResourceArgs, location="query")
@blueprint.response(200, page_of(answers.Resource))
def resources(args: dict[str, Any]) -> Response:
    """Rooms, suites and equipment."""
    key = paging.code_of(args.get("cursor"))
    rows = queries.list_resources(
        db.session, args.get("facility"), args.get("kind"), args.get("grade")
    )
    ordered = sorted(rows, key=lambda row: row.code)
    left = [row for row in ordered if key is None or row.code > key]
    return jsonify(paging.page(left, args["limit"], resource_json, lambda row: row.code))


@blueprint.get("/process-classes")
@requires(READ)
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(answers.ProcessClass))
def process_classes(args: dict[str, Any]) -> Response:
    """What can be made, per facility."""
    rows = sorted(queries.list_process_classes(db.session), key=_class_key)
    after = paging.code_of(args.get("cursor"))
    left = [row for row in rows if after is None or _class_key(row) > after]
    return jsonify(paging.page(left, args["limit"], class_json, _class_key))


def _class_key(row: ProcessClass) -> str:
    return f"{row.facility.code}/{row.code}"


@blueprint.get("/process-templates")
@requires(READ)
@blueprint.arguments(TemplateArgs, location="query")
@blueprint.response(200, page_of(answers.ProcessTemplate))
def process_templates(args: dict[str, Any]) -> Response:
    """How classes are run, step by step; what a booking may name as its template."""
    wanted = args.get("facility")
    codes = [wanted] if wanted else [f.code for f in queries.list_facilities(db.session)]
    rows = [row for code in codes for row in queries.list_templates(db.session, code)]
    after = paging.code_of(args.get("cursor"))
    left = sorted((row for row in rows if after is None or row.code > after), key=_code)
    return jsonify(paging.page(left, args["limit"], template_json, _code))


def _code(row: ProcessTemplate) -> str:
    return row.code


@blueprint.get("/slots")
@requires("booking:slot:search")
@blueprint.arguments(SlotArgs, location="query")
@blueprint.response(200, answers.Slots)
def slots(args: dict[str, Any]) -> Response:
    """Free slots with their verdicts, and why other rooms are refused."""
    query = _query(args)
    answer = booking.find_slots(db.session, viewer_of(principal()), query, clock.now())
    return jsonify(
        slots=[slot_json(slot) for slot in answer.slots],
        refusals=[_refusal_json(refusal) for refusal in answer.refusals],
    )


def _query(args: dict[str, Any]) -> SlotQuery:
    starts, ends = clock.utc(args["starts"]), clock.utc(args["ends"])
    if not starts < ends <= starts + LONGEST_WINDOW:
        said = Message("The range must end after it begins and span at most a year.")
        raise NotValid(said, [FieldError("to", said, Message("Give a later or nearer end."))])
    if "hours" not in args and "template" not in args:
        said = Message("Neither a length nor a process template is given.")
        raise NotValid(said, [FieldError("hours", said, Message("Give hours or a template."))])
    codes = [f.code for f in queries.list_facilities(db.session)]
    wanted = args.get("facility")
    homes = _homes(args)
    return SlotQuery(
        process_class=args["process_class"],
        length=timedelta(minutes=round(args.get("hours", 0) * 60)),
        templates=_split(args.get("template")),
        window=TimeRange(starts, ends),
        facilities=tuple(c for c in codes if wanted in (None, c)),
        organisation=principal().organisation,
        grade=args.get("grade"),
        equipment=_split(args.get("equipment")),
        operators=tuple(email.lower() for email in _split(args.get("operators"))),
        homes=homes,
        places=_split(args.get("resources")),
        suites=args["suites"] == "yes",
        limit=args["limit"],
    )


def _homes(args: dict[str, Any]) -> tuple[Home, ...]:
    """The project that is looked for, with its batch as series. Raises NotFound."""
    if "project" not in args:
        return ()
    project = queries.get_project(db.session, principal(), args["project"])
    series = args.get("batch") or project.code
    return (Home(project.facility.code, project_facts(project), series),)


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def slot_json(slot: Any) -> dict[str, Any]:
    """A slot as the contract shows it."""
    return {
        "facility": slot.facility,
        "resources": list(slot.resources),
        "starts_at": instant(slot.slot.starts),
        "ends_at": instant(slot.slot.ends),
        "occupied_from": instant(slot.occupancy.starts),
        "occupied_until": instant(slot.occupancy.ends),
        "verdict": str(slot.verdict),
        "findings": [finding_json(f) for f in slot.findings],
        "sessions": [
            {
                "starts_at": instant(one.slot.starts),
                "ends_at": instant(one.slot.ends),
                "attended": one.attended,
                "resources": list(dict.fromkeys(use.resource for use in one.uses)),
            }
            for one in slot.sessions
        ],
    }


def change_json(change: Change) -> dict[str, Any]:
    """A change that would make what is refused pass, and what would then be asked for."""
    plan = change.plan
    return {
        "kind": change.kind,
        "message": change.message.english(),
        "verdict": str(change.verdict),
        "facility": plan.facility.code,
        "resources": list(dict.fromkeys(use.resource for use in plan.uses)),
        "starts_at": instant(change.starts),
        "ends_at": instant(max(session.slot.ends for session in plan.sessions)),
        "operators": list(plan.operators),
    }


def _refusal_json(refusal: Any) -> dict[str, Any]:
    return {
        "resource": refusal.resource,
        "from": instant(refusal.starts),
        "until": instant(refusal.until) if refusal.until else None,
        "reasons": [
            {
                "rule": f.rule,
                "message": f.message.english(),
                "clears_at": instant(f.clears_at) if f.clears_at else None,
            }
            for f in refusal.reasons
        ],
        "changes": [change_json(change) for change in refusal.changes],
    }


def outage_json(row: Outage) -> dict[str, Any]:
    """An outage."""
    return {
        "reference": row.reference,
        "resource": row.resource,
        "from": instant(row.starts),
        "until": instant(row.ends),
        "kind": row.kind,
        "reason": row.reason,
        "version": row.version,
    }


@blueprint.get("/outages")
@requires("booking:outage:read")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(answers.Outage))
def outages(args: dict[str, Any]) -> Response:
    """Outages of the facilities within reach."""
    key = paging.code_of(args.get("cursor"))
    rows = sorted(booking_queries.list_outages(db.session, principal()), key=lambda r: r.reference)
    left = [row for row in rows if key is None or row.reference > key]
    return jsonify(paging.page(left, args["limit"], outage_json, lambda row: row.reference))


@blueprint.post("/outages")
@requires("booking:outage:plan")
@blueprint.arguments(OutageBody)
@blueprint.response(201, answers.PlannedOutage)
def plan_outage(body: dict[str, Any]) -> Response:
    """Take a resource out of use; answers with the bookings that it falls on."""
    who = principal()
    starts, ends = clock.utc(body["starts"]), clock.utc(body["ends"])
    if starts >= ends:
        said = Message("It ends before it begins.")
        raise NotValid(said, [FieldError("until", said, Message("Give an end after the start."))])

    def command(work: Work) -> dict[str, Any]:
        planned = booking.plan_outage(
            work, who, body["resource"], TimeRange(starts, ends), body["kind"]
        )
        affected = [row.reference for row in planned.affected]
        return {**outage_json(planned.outage), "affected": affected}

    home = queries.get_resource(db.session, body["resource"]).facility.code
    actor = who.acting_for("booking:outage:plan", facility=home)
    return commands.answer(
        commands.run(actor, "booking:outage:planned", body["reason"], command), 201
    )
