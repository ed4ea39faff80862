"""Fair use: how many requests an organisation may hold undecided at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid
from tests.integration.booking import world
from tests.integration.booking.test_stages import settle
from tests.integration.booking.world import approve, ask, ask_b, command, stored, wish

REQUESTER = "requester@a.example"


def refused(reference: str = "") -> list[str]:
    """The rules that block one more request, or the draft of that reference."""
    with pytest.raises(NotValid) as error:
        if reference:
            command(REQUESTER, services.submit_booking, reference)
        else:
            ask(wish(35))
    return [f.rule for f in error.value.findings if f.severity == "block"]


def test_one_more_is_refused_when_as_many_wait_as_the_facility_lets(lab: Flask) -> None:
    settle(most_open_requests=2)
    ask(wish(14))
    ask(wish(21))
    assert refused() == ["open_requests"]
    assert ask_b(wish(28, project="STARTUP-B-P2"))


def test_there_is_no_limit_when_the_facility_sets_none(lab: Flask) -> None:
    for days in (14, 21, 28):
        ask(wish(days))
    assert ask(wish(35))


def test_next_is_taken_when_one_was_decided_cancelled_or_let_go(lab: Flask) -> None:
    settle(most_open_requests=1)
    first = ask(wish(14))
    approve(first)
    second = ask(wish(21))
    command(REQUESTER, services.cancel_booking, second, reason="not needed")
    third = ask(wish(28))
    with clock.frozen(world.at(4)):
        assert ask(wish(35))
    assert stored(third).status == "expired"


def test_draft_is_refused_when_it_is_submitted_past_the_limit(lab: Flask) -> None:
    settle(most_open_requests=1)
    draft = ask(replace(wish(21), draft=True))
    ask(wish(14))
    assert refused(draft) == ["open_requests"]


def test_what_was_asked_already_is_decided_and_moved_when_the_limit_is_reached(
    lab: Flask,
) -> None:
    first, second = ask(wish(14)), ask(wish(21))
    settle(most_open_requests=1)
    approve(first)
    approve(second)
    third = ask(wish(28))
    command(REQUESTER, services.propose_move, first, wish(42), reason="later")
    command(REQUESTER, services.change_request, third, wish(49))
    assert stored(third).sessions[0].starts == world.at(49)
