"""Sessions of the demonstration on their day: in, out, cleared by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.lifecycle import PAST
from hkbio_gmp.booking.models import Booking, BookingSession
from hkbio_gmp.demo.stage import Stage
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock


@dataclass(frozen=True, slots=True)
class Strand:
    """One project's habit: a room, how often, how long."""

    facility: str
    startup: str
    project: str
    room: str
    every_days: int
    run_days: int
    offset: int
    process_class: str | None = None
    equipment: tuple[str, ...] = ()


def row_times(reference: str, number: int) -> tuple[datetime, datetime]:
    """Planned start, a little late, and end of a session."""
    row = db.session.scalars(
        select(BookingSession)
        .join(Booking)
        .where(Booking.reference == reference, BookingSession.number == number)
    ).one()
    return row.starts + timedelta(minutes=4), row.ends


def _session_act(stage: Stage, email: str, reference: str, number: int, verb: str) -> None:
    who = stage.who(email)
    past = PAST[verb]
    stage.run(
        who,
        f"booking:session:{verb}",
        f"booking:session:{past}",
        lambda unit: services.run_session(unit, who, reference, number, verb).id,
    )


def check_in(stage: Stage, strand: Strand, reference: str, number: int) -> None:
    starts, ends = row_times(reference, number)
    if clock.now() < starts - timedelta(minutes=10):
        # The booking was moved: come again when it begins.
        stage.at(starts, lambda: check_in(stage, strand, reference, number))
        stage.at(ends, lambda: check_out(stage, strand, reference, number))
        stage.at(ends + timedelta(hours=2), lambda: clear(stage, strand, reference, number))
        return
    email = f"operator1@{strand.startup.lower()}.example"
    _session_act(stage, email, reference, number, "check_in")


def check_out(stage: Stage, strand: Strand, reference: str, number: int) -> None:
    email = f"operator1@{strand.startup.lower()}.example"
    _session_act(stage, email, reference, number, "check_out")


def clear(stage: Stage, strand: Strand, reference: str, number: int) -> None:
    email = f"operator1@{strand.startup.lower()}.example"
    _session_act(stage, email, reference, number, "perform_clearance")
    verifier = stage.who(f"second-operator@{strand.facility.lower()}.example")
    row = queries.get_booking(db.session, verifier, reference)
    proof = stage.proof(verifier, services.signed_record(db.session, row))
    stage.run(
        verifier,
        "booking:session:verify_clearance",
        "booking:session:clearance_verified",
        lambda unit: (
            services.run_session(unit, verifier, reference, number, "verify_clearance", proof).id
        ),
        facility=strand.facility,
    )
