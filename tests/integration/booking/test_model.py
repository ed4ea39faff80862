"""The product and a plain model agree on every slot, whatever is asked in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hkbio_gmp.booking import services
from hkbio_gmp.kernel.errors import SlotTaken
from tests.integration.booking import world
from tests.integration.booking.model import Held, Paper

MANAGER = "manager@lct.example"
PROJECTS = {
    "STARTUP-A-P1": ("requester@a.example", "gene_modified_cell"),
    "STARTUP-B-P1": ("requester@b.example", "lentiviral_vector"),
    "STARTUP-B-P2": ("requester@b.example", "gene_modified_cell"),
}
WEEK = 7 * 24
HOURS = st.integers(0, WEEK)
LENGTHS = st.sampled_from([1, 6, 8, 30])
ROOMS = st.sampled_from(["LCT-CR1", "LCT-CR2", "LCT-CR3"])
BATCHES = st.sampled_from(["B1", "B2"])
PICKS = st.integers(0, 99)
LANES = count()
LANE_DAYS, MOST_LANES = 16, 40
EXAMPLES, STEPS = 10, 30


class Clerk(RuleBasedStateMachine):
    """A week of three rooms, kept by the product and on paper."""

    def __init__(self) -> None:
        super().__init__()
        self.first = 20 + LANE_DAYS * (next(LANES) % MOST_LANES)
        self.paper = Paper()
        self.project: dict[str, str] = {}
        self.approved: set[str] = set()

    def _wish(self, hour: int, length: int, room: str, project: str, batch: str) -> Any:
        wish = world.wish(self.first, length, hour=0, project=project, room=room)
        starts = wish.sessions[0].starts + timedelta(hours=hour)
        # nobody attends: at any hour of any day only the rooms' time decides
        one = services.SessionWish(starts, starts + timedelta(hours=length), attended=False)
        held = Held(room, one.starts, one.ends, PROJECTS[project][1], f"{project}-{batch}")
        wanted = services.BookingWish(
            "LCT", project, (room,), (one,), batch=f"{project}-{batch}", operators=()
        )
        return wanted, held

    def _try(self, command: Callable[..., Any], *given: Any, **named: Any) -> tuple[bool, Any]:
        """(done, its answer); refused for time alone counts as not done, all else is a defect."""
        try:
            return True, command(*given, **named)
        except SlotTaken:
            return False, None

    def _pick(self, pick: int, among: set[str] | None = None) -> str | None:
        known = sorted(self.paper.held.keys() if among is None else among)
        return known[pick % len(known)] if known else None

    @rule(
        hour=HOURS,
        length=LENGTHS,
        room=ROOMS,
        project=st.sampled_from(sorted(PROJECTS)),
        batch=BATCHES,
    )
    def ask(self, hour: int, length: int, room: str, project: str, batch: str) -> None:
        wanted, held = self._wish(hour, length, room, project, batch)
        expected = self.paper.fits(held)
        done, reference = self._try(world.ask, wanted, PROJECTS[project][0])
        assert done == expected, (held, self.paper)
        if done:
            self.paper.held[reference], self.project[reference] = held, project

    @rule(pick=PICKS)
    def approve(self, pick: int) -> None:
        reference = self._pick(pick, set(self.paper.held) - self.approved)
        if reference is not None:
            world.approve(reference)
            self.approved.add(reference)

    @rule(pick=PICKS, hour=HOURS, length=LENGTHS, room=ROOMS, batch=BATCHES)
    def change(self, pick: int, hour: int, length: int, room: str, batch: str) -> None:
        reference = self._pick(pick, set(self.paper.held) - self.approved)
        if reference is None:
            return
        project = self.project[reference]
        wanted, held = self._wish(hour, length, room, project, batch)
        expected = self.paper.fits(held, reference)
        done, _ = self._try(
            world.command, PROJECTS[project][0], services.change_request, reference, wanted
        )
        assert done == expected, (held, self.paper)
        if done:
            self.paper.held[reference] = held

    @rule(pick=PICKS, hour=HOURS, room=ROOMS)
    def propose(self, pick: int, hour: int, room: str) -> None:
        reference = self._pick(pick, self.approved - set(self.paper.asked_to_move))
        if reference is None:
            return
        old = self.paper.held[reference]
        batch = old.series.rpartition("-")[2]
        length = int((old.ends - old.starts).total_seconds()) // 3600
        wanted, held = self._wish(hour, length, room, self.project[reference], batch)
        # pieces of a slot beside its old one are another test's: here it moves clear of it
        if held.room == old.room and abs(held.starts - old.starts) < timedelta(hours=length + 80):
            return
        expected = self.paper.fits(held, reference)
        email = PROJECTS[self.project[reference]][0]
        done, _ = self._try(world.command, email, services.propose_move, reference, wanted)
        assert done == expected, (held, self.paper)
        if done:
            self.paper.asked_to_move[reference] = held

    @rule(pick=PICKS, verb=st.sampled_from(["accept", "decline"]))
    def decide(self, pick: int, verb: str) -> None:
        reference = self._pick(pick, set(self.paper.asked_to_move))
        if reference is not None:
            world.command(MANAGER, services.decide_move, reference, verb, reason="weighed")
            held = self.paper.asked_to_move.pop(reference)
            if verb == "accept":
                self.paper.held[reference] = held

    @rule(pick=PICKS)
    def end(self, pick: int) -> None:
        reference = self._pick(pick)
        if reference is not None:
            service = "cancel_booking" if reference in self.approved else "reject_booking"
            world.command(MANAGER, getattr(services, service), reference, reason="over")
            self.paper.let_go(reference)
            self.approved.discard(reference)

    @invariant()
    def both_hold_the_same(self) -> None:
        mine = {
            (one.room, one.starts, one.ends)
            for book in (self.paper.held, self.paper.asked_to_move)
            for one in book.values()
        }
        theirs = {
            (a.resource, a.starts, a.ends)
            for a in world.holding()
            if a.booking.reference in self.project
        }
        assert mine == theirs

    def teardown(self) -> None:
        for reference in list(self.paper.held):
            world.command(MANAGER, services.cancel_booking, reference, reason="over")


def test_product_and_paper_agree_when_anything_is_asked_in_any_order(lab: Flask) -> None:
    run_state_machine_as_test(
        Clerk, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    )


def test_paper_refuses_what_is_known_to_clash() -> None:
    """The model itself: an overlap, a gap of eight hours between patients, an air zone."""
    paper = Paper()
    day = world.at(30)
    cell = Held("LCT-CR1", day, day + timedelta(hours=8), "gene_modified_cell", "A-B1")
    paper.held["1"] = cell

    def after(hours: int, series: str) -> Held:
        starts = cell.ends + timedelta(hours=hours)
        return Held("LCT-CR1", starts, starts + timedelta(hours=1), cell.made, series)

    assert not paper.fits(cell)
    # eight hours of turnaround and six of set-up are longer than either gap
    assert [paper.fits(after(hours, "A-B2")) for hours in (13, 14)] == [False, True]
    vector = Held("LCT-CR2", day, day + timedelta(hours=1), "lentiviral_vector", "B-B1")
    assert not paper.fits(vector)
    later = Held(
        "LCT-CR1", day + timedelta(hours=79), day + timedelta(hours=80), *vector_of(vector)
    )
    assert paper.fits(later)


def vector_of(one: Held) -> tuple[str, str]:
    return one.made, one.series
