"""People at the same instant, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from flask import Flask

from hkbio_gmp.booking import jobs, services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, SlotTaken
from tests.integration.booking import world

CROWD = 6


def race(app: Flask, commands: list[Callable[[], object]]) -> list[object]:
    """Run all at once; answers with what each returned, or the refusal that it met."""
    together = Barrier(len(commands))

    def one(command: Callable[[], object]) -> object:
        with app.app_context(), clock.frozen(world.NOW):
            try:
                together.wait()
                return command()
            except DomainError as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(one, commands))


def winners(answers: list[object]) -> list[object]:
    """Those that were not refused; every refusal must be that the slot is taken."""
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert all(isinstance(refusal, SlotTaken) for refusal in refused), refused
    return [answer for answer in answers if not isinstance(answer, DomainError)]


def test_one_wins_when_many_ask_for_one_slot(lab: Flask) -> None:
    asks = [
        partial(world.ask, world.wish()),
        partial(world.ask_b, world.wish(project="STARTUP-B-P2")),
    ]
    assert len(winners(race(lab, asks * (CROWD // 2)))) == 1
    assert jobs.check_laws() == []


def test_one_wins_when_the_slots_only_lack_changeover(lab: Flask) -> None:
    early = partial(world.ask, world.wish(14, process_class="autologous_cell"))
    late = partial(world.ask_b, world.wish(15, hour=10, project="STARTUP-B-P2"))
    assert len(winners(race(lab, [early, late] * (CROWD // 2)))) == 1
    assert jobs.check_laws() == []


def test_one_wins_when_vector_and_cells_ask_for_one_zone(lab: Flask) -> None:
    cells = partial(world.ask, world.wish(14))
    vector = partial(world.ask_b, world.wish(14, room="LCT-CR2", project="STARTUP-B-P1"))
    answers = race(lab, [cells, vector])
    assert len(winners(answers)) == 1


def test_all_win_when_rooms_and_weeks_differ(lab: Flask) -> None:
    asks = [partial(world.ask, world.wish(14 + 7 * n)) for n in range(CROWD)]
    answers = race(lab, asks)
    assert sorted(map(str, winners(answers))) == [
        f"LCT-2027-{number:06d}" for number in range(1, CROWD + 1)
    ]


def test_one_wins_when_a_move_meets_a_request(lab: Flask) -> None:
    reference = world.ask(world.wish(14))
    move = partial(
        world.command, "requester@a.example", services.change_request, reference, world.wish(20)
    )
    ask = partial(world.ask_b, world.wish(20, project="STARTUP-B-P2"))
    assert len(winners(race(lab, [move, ask]))) == 1
    assert jobs.check_laws() == []


def test_nobody_is_let_down_when_approval_meets_a_request(lab: Flask) -> None:
    reference = world.ask(world.wish(14, operators=("operator@a.example",)))
    signed, version = world.proof("manager@lct.example", reference)
    manager = world.who("manager@lct.example")

    def approve() -> object:
        return world.act(
            manager.actor,
            lambda unit: services.approve_booking(unit, manager, reference, signed, version),
            "weighed",
        )

    ask = partial(world.ask_b, world.wish(14, project="STARTUP-B-P2"))
    answers = race(lab, [approve, ask])
    assert not isinstance(answers[0], DomainError) and isinstance(answers[1], SlotTaken)
    assert world.stored(reference).status == "approved"
