"""Bookings: asking, changing, deciding, running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, current_app, jsonify

from hkbio_gmp.api import commands, paging, records
from hkbio_gmp.api.catalogue import change_json, slot_json
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.lines import booking_json
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.problems import finding_json
from hkbio_gmp.api.schemas import BookingArgs, BookingBody, BookingPatch, TransitionBody
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.lifecycle import BOOKINGS, PAST, SESSIONS
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries import BookingLine
from hkbio_gmp.booking.services import BookingWish, SessionWish, Waiting
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.services.signing import SigningProof, prove_password
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, SlotTaken
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

blueprint = ApiBlueprint("api_bookings", __name__, description="Bookings")
READ = "booking:slot:read"
SIGNED = {"approve", "countersign", "verify_clearance"}


def wish_from(body: dict[str, Any]) -> BookingWish:
    return BookingWish(
        facility=body["facility"],
        project=body["project"],
        resources=tuple(body["resources"]),
        sessions=_sessions(body),
        batch=body["batch"],
        process_class=body["process_class"],
        operators=tuple(body["operators"]),
        note=body["note"],
        draft=body["draft"],
        template=body["template"],
        urgent=body["urgent"],
        waiting=_waiting(body["waitlist"]),
        starts=clock.utc(body["starts_at"]) if body["template"] and "starts_at" in body else None,
    )


def _waiting(given: dict[str, Any] | None) -> Waiting | None:
    return Waiting(clock.utc(given["until"]), given["any_room"]) if given else None


def _sessions(body: dict[str, Any]) -> tuple[SessionWish, ...]:
    if body.get("template") and "sessions" not in body:
        return ()
    given = body.get("sessions") or [
        {"starts_at": body["starts_at"], "ends_at": body["ends_at"], "attended": True}
    ]
    return tuple(
        SessionWish(
            clock.utc(one["starts_at"]),
            clock.utc(one["ends_at"]),
            one["attended"],
            tuple(one["resources"]) if one.get("resources") else None,
        )
        for one in given
    )


def _shown(work: Work, row: Booking) -> dict[str, Any]:
    work.session.flush()
    found = services.readiness(work.session, principal(), row, clock.now())
    flags = queries.flags_of(work.session, [row.id]).get(row.id, [])
    return booking_json(queries.line_of(row), str(found.verdict), flags)


def _requested(made: BookingLine, evaluation: services.Evaluation) -> dict[str, Any]:
    return booking_json(made, str(evaluation.verdict))


@blueprint.post("/bookings")
@requires("booking:slot:request")
@blueprint.arguments(BookingBody)
@blueprint.response(201, records.Booking)
def create(body: dict[str, Any]) -> Response:
    """Ask for a slot; held at once unless it is a draft."""
    who, wish = principal(), wish_from(body)
    try:
        made = commands.run(
            who.acting_for("booking:slot:request", organisation=who.organisation),
            _act(wish),
            None,
            lambda work: _requested(*services.request_evaluated(work, who, wish)),
        )
    except SlotTaken as taken:
        raise _with_alternatives(taken, wish) from None
    return commands.answer(made, 201, f"/api/v1/bookings/{made['reference']}")


def _act(wish: BookingWish) -> str:
    if wish.draft:
        return "booking:slot:drafted"
    return "booking:slot:requested" if wish.waiting is None else "booking:slot:waitlisted"


def _with_alternatives(taken: SlotTaken, wish: BookingWish) -> SlotTaken:
    db.session.rollback()
    near = services.alternatives(db.session, principal(), wish, clock.now())
    taken.alternatives = [slot_json(slot) for slot in near]
    return taken


@blueprint.get("/bookings")
@requires(READ)
@blueprint.arguments(BookingArgs, location="query")
@blueprint.response(200, page_of(records.Booking))
def bookings(args: dict[str, Any]) -> Response:
    """Bookings within reach, newest first."""
    wanted = queries.BookingFilter(
        starts=args.get("starts"),
        ends=args.get("ends"),
        status=args.get("status"),
        facility=args.get("facility"),
        resource=args.get("resource"),
        after=paging.number_of(args.get("cursor")),
        limit=args["limit"],
    )
    lines = queries.with_waits(db.session, queries.list_lines(db.session, principal(), wanted))
    flags = queries.flags_of(db.session, [line.id for line in lines])

    def shown(line: queries.BookingLine) -> dict[str, Any]:
        return booking_json(line, flags=flags.get(line.id, ()))

    return jsonify(paging.page(lines, args["limit"], shown, lambda line: line.id))


@blueprint.get("/bookings/<reference>")
@requires(READ)
@blueprint.response(200, records.Booking)
def booking(reference: str) -> Response:
    """One booking."""
    row = queries.get_booking(db.session, principal(), reference)
    found = services.readiness(db.session, principal(), row, clock.now())
    flags = queries.flags_of(db.session, [row.id]).get(row.id, [])
    return commands.answer(booking_json(queries.line_of(row), str(found.verdict), flags))


@blueprint.get("/bookings/<reference>/readiness")
@requires(READ)
@blueprint.response(200, records.Readiness)
def readiness(reference: str) -> Response:
    """Every finding about a booking, worked out now."""
    row = queries.get_booking(db.session, principal(), reference)
    found = services.readiness(db.session, principal(), row, clock.now())
    ways = services.ways_out_of(db.session, principal(), row, found, clock.now())
    return jsonify(
        verdict=str(found.verdict),
        findings=[finding_json(f) for f in found.findings],
        changes=[change_json(way) for way in ways],
    )


@blueprint.patch("/bookings/<reference>")
@requires(READ)
@blueprint.arguments(BookingPatch)
@blueprint.response(200, records.Booking)
def change(body: dict[str, Any], reference: str) -> Response:
    """Move or edit under the same rules as a new request; an approved booking's material change
    becomes a proposed move."""
    who = principal()
    row = queries.get_booking(db.session, who, reference)
    commands.check_match(row.version)
    wish, version, approved = _changed(row, body), row.version, row.status == "approved"
    act = services.propose_move if approved else services.change_request
    permission = "booking:slot:propose_move" if approved else "booking:slot:request"
    try:
        made = commands.run(
            who.acting_for(
                permission, facility=row.facility.code, organisation=row.organisation.code
            ),
            "booking:slot:move_proposed" if approved else "booking:slot:changed",
            body.get("reason"),
            lambda work: _shown(work, act(work, who, reference, wish, version)),
        )
    except SlotTaken as taken:
        raise _with_alternatives(taken, wish) from None
    return commands.answer(made)


def _changed(row: Booking, body: dict[str, Any]) -> BookingWish:
    if "shift_minutes" in body:
        return services.shifted_wish(row, timedelta(minutes=body["shift_minutes"]))
    wish = services.wish_of(row)
    if "sessions" in body:
        wish = replace(wish, sessions=_sessions(body))
    elif "starts_at" in body or "ends_at" in body:
        starts = clock.utc(body.get("starts_at", row.sessions[0].starts))
        shift = starts - row.sessions[0].starts
        ends = clock.utc(body.get("ends_at", row.sessions[-1].ends + shift))
        wish = services.moved_wish(row, starts, ends)
    if "resources" in body:
        plain = tuple(replace(s, resources=None) for s in wish.sessions)
        wish = replace(wish, resources=tuple(body["resources"]), sessions=plain)
    if "operators" in body:
        wish = replace(wish, operators=tuple(body["operators"]))
    simple = {k: body[k] for k in ("process_class", "batch", "note", "urgent") if k in body}
    return replace(wish, **simple)


@blueprint.post("/bookings/<reference>/transitions")
@requires(READ)
@blueprint.arguments(TransitionBody)
@blueprint.response(200, records.Booking)
def transition(body: dict[str, Any], reference: str) -> Response:
    """A verb on a booking or on one of its sessions."""
    who, verb = principal(), body["action"]
    row = queries.get_booking(db.session, who, reference)
    commands.check_match(row.version)
    permission = _permission(verb)
    proof = _proof(row, body) if verb in SIGNED else None
    command = _command(row, verb, body, proof)
    actor = who.acting_for(
        permission, facility=row.facility.code, organisation=row.organisation.code
    )
    action = f"booking:{'session' if verb in SESSIONS.verbs else 'slot'}:{PAST[verb]}"
    try:
        made = commands.run(actor, action, body["reason"], lambda work: _shown(work, command(work)))
    except SlotTaken as taken:
        raise _with_alternatives(taken, services.wish_of(row)) from None
    return commands.answer(made)


def _permission(verb: str) -> str:
    rows = [*BOOKINGS, *SESSIONS]
    known = {row.verb: row.permission for row in rows if row.verb in PAST}
    if verb not in known:
        said = Message("There is no action {verb}.", verb=verb)
        remedy = Message("Use one of: {known}.", known=", ".join(sorted(known)))
        raise NotValid(said, [FieldError("action", said, remedy)])
    return str(known[verb])


def _proof(row: Booking, body: dict[str, Any]) -> SigningProof:
    who = principal()
    permission = _permission(body["action"])
    scope = {"facility": row.facility.code, "organisation": row.organisation.code}
    if body["action"] in {"approve", "countersign"} and not who.may(permission, **scope):
        raise NotAllowed(
            Message("Your roles do not include this. It needs: {need}.", need=permission)
        )
    given = body.get("signature")
    if given is None:
        said = Message("This action is signed.")
        remedy = Message("Send signature with your password.")
        raise NotValid(said, [FieldError("signature", said, remedy)])
    record = services.signed_record(db.session, row)
    settings = current_app.extensions["settings"]
    return prove_password(db.session, settings, who.person_id, given["password"], record)


def _command(
    row: Booking, verb: str, body: dict[str, Any], proof: SigningProof | None
) -> Callable[[Work], Booking]:
    who, reference, version = principal(), row.reference, row.version
    if verb in SESSIONS.verbs:
        number = body.get("session", 1)
        return lambda w: services.run_session(w, who, reference, number, verb, proof)
    if verb == "approve" and proof is not None:
        return lambda w: services.approve_booking(w, who, reference, proof, version)
    if verb == "countersign" and proof is not None:
        return lambda w: services.countersign_booking(w, who, reference, proof, version)
    if verb == "counter_offer":
        wish = _changed(row, body)
        return lambda w: services.counter_offer(w, who, reference, wish, version)
    if verb in {"accept", "decline"}:
        return lambda w: services.decide_move(w, who, reference, verb, version)
    if verb == "propose_move":
        said = Message("A move needs its new times.")
        remedy = Message("PATCH the booking with starts_at and ends_at.")
        raise NotValid(said, [FieldError("action", said, remedy)])
    simple = {
        "submit": services.submit_booking,
        "cancel": services.cancel_booking,
        "reject": services.reject_booking,
    }[verb]
    return lambda w: simple(w, who, reference, version)
