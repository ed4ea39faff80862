"""The reminder ladder: for any dates and lead days exactly the right step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.certification.rules.ladder import Audience, Ladder
from tests.unit.certification.papers import days, lead_days

UNTIL = date(2028, 3, 31)
LADDER = Ladder(UNTIL, (60, 30, 14, 7))


@pytest.mark.parametrize(
    ("left", "step"),
    [(61, None), (60, 60), (31, 60), (30, 30), (20, 30), (14, 14), (7, 7), (0, 7), (-3, 7)],
)
def test_step_is_the_latest_due_one_when_days_are_left(left: int, step: int | None) -> None:
    assert LADDER.current(UNTIL - timedelta(days=left)) == step


def test_step_falls_on_the_leap_day_when_counted_back_over_it() -> None:
    assert Ladder(date(2028, 3, 30), (30,)).due_on(30) == date(2028, 2, 29)


def test_earlier_steps_are_overtaken_when_the_certificate_comes_late() -> None:
    assert LADDER.overtaken(UNTIL - timedelta(days=20), []) == [60]
    assert LADDER.overtaken(UNTIL - timedelta(days=5), [60]) == [30, 14]
    assert LADDER.overtaken(UNTIL - timedelta(days=61), []) == []


@pytest.mark.parametrize(
    ("leads", "step", "heard"),
    [
        ((60, 30, 14), 60, [Audience.OWNER]),
        ((60, 30, 14), 30, [Audience.OWNER, Audience.QUALITY]),
        ((60, 30, 14), 14, [Audience.OWNER, Audience.QUALITY, Audience.HEAD]),
        ((30,), 30, [Audience.OWNER, Audience.QUALITY, Audience.HEAD]),
    ],
)
def test_reminder_escalates_when_steps_pass(
    leads: tuple[int, ...], step: int, heard: list[Audience]
) -> None:
    assert list(Ladder(UNTIL, leads).audience(step)) == heard


@given(days, lead_days, days)
def test_exactly_one_step_is_in_turn_when_any_is_due(
    until: date, leads: tuple[int, ...], today: date
) -> None:
    ladder = Ladder(until, leads)
    due = [step for step in set(leads) if until - timedelta(days=step) <= today]
    step = ladder.current(today)
    assert step == (min(due) if due else None)
    assert set(ladder.overtaken(today, [])) == set(due) - {step}


@given(days, lead_days, st.lists(st.integers(0, 500), min_size=1, max_size=12))
def test_each_step_is_sent_or_overtaken_once_when_runs_come_at_any_time(
    until: date, leads: tuple[int, ...], gaps: list[int]
) -> None:
    ladder, today = Ladder(until, leads), until - timedelta(days=450)
    sent: list[int] = []
    overtaken: list[int] = []
    for gap in gaps:
        today += timedelta(days=gap)
        overtaken += ladder.overtaken(today, [*sent, *overtaken])
        step = ladder.current(today)
        if step is not None and step not in sent:
            sent.append(step)
    done = sent + overtaken
    assert len(done) == len(set(done))
    assert set(done) == {s for s in set(leads) if ladder.due_on(s) <= today}
    assert sent == sorted(sent, reverse=True)
