"""Bookings of the demonstration: asked, approved, moved, refused, run, overrun."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.services import BookingWish, SessionWish
from hkbio_gmp.demo import sessions
from hkbio_gmp.demo.sessions import Strand
from hkbio_gmp.demo.stage import Stage, local
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.timerange import TimeRange

_REASONS = (
    "Opening hours agreed with the team on call.",
    "Renewal is planned; checked with quality.",
    "Discussed at the weekly capacity meeting.",
)


STRANDS = (
    Strand("LCT", "STARTUP-A", "STARTUP-A-P1", "LCT-CR1", 18, 9, 3, equipment=("LCT-CP1",)),
    Strand("LCT", "STARTUP-C", "STARTUP-C-P1", "LCT-CR3", 15, 7, 6),
    Strand("LCT", "STARTUP-B", "STARTUP-B-P1", "LCT-VR1", 26, 14, 1),
    Strand("LCT", "STARTUP-A", "STARTUP-A-P1", "LCT-PD1", 21, 2, 9, "engineering_run"),
    Strand("LCT", "STARTUP-C", "STARTUP-C-P1", "LCT-PD2", 12, 1, 5, "training"),
    Strand("LCT", "STARTUP-B", "STARTUP-B-P1", "LCT-VR2", 30, 1, 20, "training"),
    Strand("CUHK", "STARTUP-A", "STARTUP-A-P2", "CUHK-R1", 16, 8, 2),
    Strand("CUHK", "STARTUP-B", "STARTUP-B-P2", "CUHK-R2", 20, 10, 8),
    Strand("CUHK", "STARTUP-B", "STARTUP-B-P2", "CUHK-R3", 33, 1, 4, "media_fill"),
)


def plan(stage: Stage, first: datetime, *, scale: int = 1) -> None:
    """Put every strand's runs on the stage, from ``first`` to a month and a half ahead."""
    for strand in STRANDS:
        day, number = first + timedelta(days=strand.offset), 0
        last = stage.now + timedelta(days=40)
        while day < last:
            _run(stage, strand, next_workday(day), number)
            number += 1
            day += timedelta(days=max(strand.every_days // scale, strand.run_days + 3))
    _outages(stage)


def next_workday(day: datetime) -> datetime:
    """The Monday or Tuesday from ``day`` on: runs of a week begin early in it."""
    while (day + timedelta(hours=8)).weekday() > 1:
        day += timedelta(days=1)
    return day


def _run(stage: Stage, strand: Strand, day: datetime, number: int) -> None:
    asked = local(day - timedelta(days=stage.random.randint(12, 20)), 9, 12)
    stage.at(asked, lambda: _ask(stage, strand, day, number))


def wish_of(strand: Strand, day: datetime, number: int) -> BookingWish:
    """One run of a strand."""
    domain = f"{strand.startup.lower()}.example"
    return BookingWish(
        facility=strand.facility,
        project=strand.project,
        resources=(strand.room, *strand.equipment),
        sessions=_sessions(strand, day),
        batch=f"{strand.project}-B{number % 2 + 1}",
        process_class=strand.process_class,
        operators=(f"operator1@{domain}", f"operator2@{domain}"),
        note="Demonstration data",
    )


def _sessions(strand: Strand, day: datetime) -> tuple[SessionWish, ...]:
    if strand.run_days < 3:
        return tuple(
            SessionWish(
                local(day + timedelta(days=n), 9), local(day + timedelta(days=n), 16), attended=True
            )
            for n in range(strand.run_days)
        )
    last = _workday_near(day + timedelta(days=strand.run_days - 1))
    room = (strand.room,)
    return (
        SessionWish(local(day, 9), local(day, 14), attended=True),
        SessionWish(local(day, 14), local(last, 9), attended=False, resources=room),
        SessionWish(local(last, 9), local(last, 13), attended=True, resources=room),
    )


def _workday_near(day: datetime) -> datetime:
    while (day + timedelta(hours=8)).weekday() > 4:
        day -= timedelta(days=1)
    return day


def _ask(stage: Stage, strand: Strand, day: datetime, number: int) -> None:
    wish = wish_of(strand, day, number)
    reference = request(stage, strand, wish)
    if stage.now - wish.sessions[0].starts < timedelta(days=-8) and number % 3 == 2:
        return
    later = stage.random.choice((1, 1, 2))
    asked = requester_time(stage, later)
    if number % 7 == 5:
        stage.at(asked, lambda: _reject(stage, strand, reference))
    elif number % 9 == 8:
        stage.at(asked, lambda: _cancel(stage, strand, reference))
    else:
        stage.at(asked, lambda: approve(stage, strand, reference, number))


def request(stage: Stage, strand: Strand, wish: BookingWish) -> str:
    """Ask for a slot; the booking's reference."""
    requester = stage.who(f"requester@{strand.startup.lower()}.example")
    return stage.run(
        requester,
        "booking:slot:request",
        "booking:slot:requested",
        lambda unit: services.request_booking(unit, requester, wish).reference,
        organisation=strand.startup,
    )


def requester_time(stage: Stage, days: int) -> datetime:
    """Some working hour, ``days`` after the present instant of the story."""
    base = clock.now() + timedelta(days=days)
    return local(base, 10 + stage.random.randint(0, 6), stage.random.randint(0, 59))


def approve(stage: Stage, strand: Strand, reference: str, number: int) -> None:
    manager = stage.who(f"manager@{strand.facility.lower()}.example")
    row = queries.get_booking(db.session, manager, reference)
    proof = stage.proof(manager, services.signed_record(db.session, row))
    version, starts = row.version, row.sessions[0].starts
    count = len(row.sessions)
    stage.run(
        manager,
        "booking:slot:approve",
        "booking:slot:approved",
        lambda unit: services.approve_booking(unit, manager, reference, proof, version).id,
        reason=stage.random.choice(_REASONS),
        facility=strand.facility,
    )
    if number % 4 == 3 and starts - clock.now() > timedelta(days=6):
        stage.at(requester_time(stage, 2), lambda: _move(stage, strand, reference))
    for place in range(1, count + 1):
        times = sessions.row_times(reference, place)
        stage.at(times[0], partial(sessions.check_in, stage, strand, reference, place))
        over = timedelta(minutes=50 if (number + place) % 8 == 0 else -10)
        stage.at(times[1] + over, partial(sessions.check_out, stage, strand, reference, place))
        stage.at(
            times[1] + timedelta(hours=2), partial(sessions.clear, stage, strand, reference, place)
        )


def _reject(stage: Stage, strand: Strand, reference: str) -> None:
    manager = stage.who(f"manager@{strand.facility.lower()}.example")
    stage.run(
        manager,
        "booking:slot:reject",
        "booking:slot:rejected",
        lambda unit: services.reject_booking(unit, manager, reference, None).id,
        reason="The room is needed for requalification that week.",
        facility=strand.facility,
    )


def _cancel(stage: Stage, strand: Strand, reference: str) -> None:
    requester = stage.who(f"requester@{strand.startup.lower()}.example")
    stage.run(
        requester,
        "booking:slot:cancel",
        "booking:slot:cancelled",
        lambda unit: services.cancel_booking(unit, requester, reference, None).id,
        reason="Patient material is delayed.",
        organisation=strand.startup,
    )


def _move(stage: Stage, strand: Strand, reference: str) -> None:
    requester = stage.who(f"requester@{strand.startup.lower()}.example")
    row = queries.get_booking(db.session, requester, reference)
    shift = timedelta(days=1)
    last = row.sessions[-1]
    wish = services.moved_wish(row, row.sessions[0].starts + shift, last.ends + shift)
    stage.run(
        requester,
        "booking:slot:propose_move",
        "booking:slot:move_proposed",
        lambda unit: services.propose_move(unit, requester, reference, wish, None).id,
        reason="Apheresis is a day late.",
        organisation=strand.startup,
    )
    stage.at(requester_time(stage, 1), lambda: _accept(stage, strand, reference))


def _accept(stage: Stage, strand: Strand, reference: str) -> None:
    manager = stage.who(f"deputy@{strand.facility.lower()}.example")
    stage.run(
        manager,
        "booking:slot:accept",
        "booking:slot:move_accepted",
        lambda unit: services.decide_move(unit, manager, reference, "accept", None).id,
        reason="The day after is free.",
        facility=strand.facility,
    )


def _outages(stage: Stage) -> None:
    for site, room, kind, ahead, days, why in (
        ("LCT", "LCT-CR2", "requalification", 6, 2, "Requalification of the room"),
        ("LCT", "LCT-VR2", "planned", 9, 3, "Filter change"),
        ("LCT", "LCT-CR4", "unplanned", -40, 2, "Pressure alarm, damper replaced"),
        ("CUHK", "CUHK-R4", "planned", 12, 2, "Planned maintenance of the air-handling unit"),
    ):
        planned = local(stage.now - timedelta(days=2 if ahead > 0 else -ahead), 14)
        begins = local(stage.now + timedelta(days=ahead), 8)
        when = TimeRange(begins, begins + timedelta(days=days))
        stage.at(planned, partial(_outage, stage, site, room, kind, when, why))


def _outage(stage: Stage, site: str, room: str, kind: str, when: TimeRange, why: str) -> None:
    manager = stage.who(f"manager@{site.lower()}.example")
    stage.run(
        manager,
        "booking:outage:plan",
        "booking:outage:planned",
        lambda unit: services.plan_outage(unit, manager, room, when, kind).outage.id,
        reason=why,
        facility=site,
    )
