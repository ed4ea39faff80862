"""No sequence of commands makes two holding allocations overlap or breaks a pair's changeover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hkbio_gmp.audit.services.reconciliation import reconcile
from hkbio_gmp.audit.services.verification import verify_logs
from hkbio_gmp.booking import jobs, services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.work import snapshot
from tests.integration.booking import world

PROJECTS = {
    "STARTUP-A-P1": "requester@a.example",
    "STARTUP-B-P1": "requester@b.example",
    "STARTUP-B-P2": "requester@b.example",
}
MANAGER = "manager@lct.example"
HOURS = st.integers(0, 7 * 24)
LENGTHS = st.sampled_from([1, 8, 30])
ROOMS = st.sampled_from(["LCT-CR1", "LCT-CR2"])
LANES = count()


class Desk(RuleBasedStateMachine):
    """People who ask, move, decide and cancel within one week of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.first = 20 + 12 * (next(LANES) % 25)
        self.known: list[tuple[str, str]] = []

    def wish(self, project: str, hour: int, length: int, room: str) -> services.BookingWish:
        return world.wish(self.first, length, hour=hour, project=project, room=room)

    def attempt(self, command: object, *arguments: object, **named: object) -> object:
        """Do it; a refusal in the domain's words is an answer too, anything else a defect."""
        try:
            return command(*arguments, **named)
        except DomainError:
            return None

    def pick(self, number: int) -> tuple[str, str] | None:
        return self.known[number % len(self.known)] if self.known else None

    @rule(
        project=st.sampled_from(sorted(PROJECTS)),
        hour=HOURS,
        length=LENGTHS,
        room=ROOMS,
        waits=st.none() | st.booleans(),
    )
    def ask(self, project: str, hour: int, length: int, room: str, waits: bool | None) -> None:
        wanted = self.wish(project, hour, length, room)
        if waits is not None:
            latest = wanted.sessions[0].starts + timedelta(days=2)
            wanted = replace(wanted, waiting=services.Waiting(latest, any_room=waits))
        made = self.attempt(world.ask, wanted, PROJECTS[project])
        if made is not None:
            self.known.append((made, project))

    @rule(number=st.integers(0, 9))
    def approve(self, number: int) -> None:
        if found := self.pick(number):
            self.attempt(world.approve, found[0])

    @rule(number=st.integers(0, 9), hour=HOURS, length=LENGTHS, room=ROOMS)
    def move(self, number: int, hour: int, length: int, room: str) -> None:
        if found := self.pick(number):
            wanted = self.wish(found[1], hour, length, room)
            for service in (services.change_request, services.propose_move):
                self.attempt(world.command, PROJECTS[found[1]], service, found[0], wanted)

    @rule(number=st.integers(0, 9), verb=st.sampled_from(["accept", "decline"]))
    def decide(self, number: int, verb: str) -> None:
        if found := self.pick(number):
            for person in (MANAGER, PROJECTS[found[1]]):
                self.attempt(
                    world.command, person, services.decide_move, found[0], verb, reason="weighed"
                )

    @rule()
    def serve(self) -> None:
        jobs.serve_waitlist()

    @rule(number=st.integers(0, 9), service=st.sampled_from(["cancel_booking", "reject_booking"]))
    def end(self, number: int, service: str) -> None:
        if found := self.pick(number):
            chosen = getattr(services, service)
            self.attempt(world.command, MANAGER, chosen, found[0], reason="over")

    @invariant()
    def every_law_holds(self) -> None:
        db.session.rollback()
        assert jobs.check_laws() == []

    def teardown(self) -> None:
        with snapshot() as session:
            assert reconcile(session) == []
            assert [report.problem for report in verify_logs(session) if report.problem] == []


def test_laws_hold_and_the_log_replays_when_commands_come_in_any_order(lab: Flask) -> None:
    run_state_machine_as_test(
        Desk, settings=settings(max_examples=5, stateful_step_count=12, deadline=None)
    )


def test_log_replays_to_the_live_state_when_commands_were_refused_and_done(lab: Flask) -> None:
    reference = world.ask(world.wish())
    world.approve(reference)
    with pytest.raises(DomainError):
        world.ask_b(world.wish(project="STARTUP-B-P2"))
    world.command(MANAGER, services.cancel_booking, reference, reason="over")
    with snapshot() as session:
        assert reconcile(session) == []
        assert [report.problem for report in verify_logs(session) if report.problem] == []
