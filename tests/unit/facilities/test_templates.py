"""Process templates: steps in order, at elapsed times, and what is wrong with others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.facilities.rules import consistency, document
from hkbio_gmp.facilities.rules.templates import ProcessStep, ProcessTemplate, step_faults
from hkbio_gmp.facilities.services import shipped_facility

HOUR = timedelta(hours=1)


def step(number: int, offset: timedelta, length: timedelta, **more: object) -> ProcessStep:
    return ProcessStep(number, f"s{number}", f"步{number}", offset, length, True, **more)  # type: ignore[arg-type]


@st.composite
def runs(draw: st.DrawFn) -> tuple[ProcessStep, ...]:
    """Steps that are in order."""
    made, offset = [], timedelta()
    for number in range(1, draw(st.integers(1, 12)) + 1):
        length = timedelta(minutes=draw(st.integers(1, 6000)))
        made.append(step(number, offset, length))
        offset += length + timedelta(minutes=draw(st.integers(0, 3000)))
    return tuple(made)


MOMENTS = st.integers(0, 2_000_000).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(runs(), MOMENTS)
def test_order_and_lengths_are_kept_when_a_run_is_laid_out(
    steps: tuple[ProcessStep, ...], starts: datetime
) -> None:
    assert step_faults(steps) == []
    slots = [one.slot(starts) for one in steps]
    assert [slot.length for slot in slots] == [one.length for one in steps]
    assert all(before.ends <= after.starts for before, after in pairwise(slots))
    assert slots[0].starts == starts
    run = ProcessTemplate("T", "F", "c", "n", "z", "s", steps)
    assert slots[-1].ends == starts + run.length


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([step(1, HOUR, HOUR)], "does not begin with the run"),
        ([step(1, 0 * HOUR, 2 * HOUR), step(2, HOUR, HOUR)], "begins before"),
        ([step(1, 0 * HOUR, HOUR, room=False)], "neither a room nor equipment"),
        ([step(1, 0 * HOUR, HOUR, equipment=("bsc", "bsc"))], "twice"),
    ],
)
def test_fault_is_told_when_steps_do_not_fit(steps: list[ProcessStep], said: str) -> None:
    [fault] = step_faults(steps)
    assert said in fault.message.english()


def test_cell_processor_is_taken_on_the_first_two_days_alone_when_car_t_is_run() -> None:
    read, problems = document.parse(shipped_facility("LCT"))
    assert read is not None and not problems.found
    mine = [row for row in read.steps if row["template"] == "LCT-CART"]
    taken = [row["offset_minutes"] // 1440 for row in mine if "cell_processor" in row["equipment"]]
    assert set(taken) == {0, 1}
    assert max(row["offset_minutes"] // 1440 for row in mine) == 11


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('template = "LCT-CART"', 'template = "LCT-NONE"', "steps.template"),
        ('class = "gene_modified_cell"\nsource', 'class = "nothing"\nsource', "templates.class"),
        ('code = "LCT-CART"', 'code = "CART"', "templates.code"),
        ('equipment = ["cell_processor"]', 'equipment = ["centrifuge"]', "steps.equipment"),
        ('equipment = ["cell_processor"]', 'equipment = ["oven"]', "steps.equipment"),
        ("length_minutes = 480", "length_minutes = 0", "steps.length_minutes"),
    ],
)
def test_line_is_named_when_a_template_does_not_fit_its_file(
    old: str, new: str, field: str
) -> None:
    text = shipped_facility("LCT")
    assert old in text
    text = text.replace(old, new, 1)
    read, problems = document.parse(text)
    if read is not None:
        consistency.check(read, problems)
    found = problems.in_order()
    line = 1 + text[: text.index(new)].count("\n")
    assert any(error.field.startswith(f"line {line}, {field}") for error in found) or any(
        field in error.field for error in found
    )
