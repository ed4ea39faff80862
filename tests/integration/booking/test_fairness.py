"""Fair use: how many requests an organisation may hold undecided at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hkbio_gmp.booking import services
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.kernel.timerange import TimeRange
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
        fourth = ask(wish(35))
        command(REQUESTER, services.cancel_booking, fourth, reason="not needed")
        assert stored(third).status == "requested"
        # its time is asked for: it is let go before that is given
        assert ask(wish(28))
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


def test_request_is_refused_when_it_would_pass_the_share_of_a_month(lab: Flask) -> None:
    settle(most_share_percent=10)
    ask(wish(14, hours=14 * 24))
    with pytest.raises(NotValid) as error:
        ask(wish(14, hours=14 * 24, room="LCT-CR3", batch="STARTUP-A-P1-B2"))
    found = [f for f in error.value.findings if f.severity == "block"]
    assert [(f.rule, f.message.values["month"]) for f in found] == [("share", "2027-01")]
    assert ask_b(wish(14, hours=14 * 24, room="LCT-CR3", project="STARTUP-B-P2"))


def test_share_counts_only_what_is_asked_anew(lab: Flask) -> None:
    first = ask(wish(14, hours=14 * 24))
    settle(most_share_percent=1)
    approve(first)
    assert stored(first).status == "approved"


def test_finder_looks_past_the_month_when_the_share_is_used_up(lab: Flask) -> None:
    ask(wish(14, hours=14 * 24))
    settle(most_share_percent=10)
    person = world.who(REQUESTER)
    query = services.SlotQuery(
        process_class="gene_modified_cell",
        length=timedelta(days=14),
        window=TimeRange(world.at(14), world.at(90)),
        facilities=("LCT",),
        organisation="STARTUP-A",
        series="STARTUP-A-P1-B2",
    )
    found = services.find_slots(db.session, services.viewer_of(person), query, clock.now())
    assert any(f.rule == "share" for refusal in found.refusals for f in refusal.reasons)
    first = min(found.slots, key=lambda slot: slot.slot.starts)
    assert first.slot.starts == datetime(2027, 1, 21, 1, tzinfo=UTC)
    more = {"hours": 14 * 24, "room": first.resources[0], "batch": "STARTUP-A-P1-B2"}
    with pytest.raises(NotValid):
        ask(wish(16, **more))
    assert ask(wish(17, **more))
