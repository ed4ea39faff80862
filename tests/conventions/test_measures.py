"""The measures of the house, each against its mark."""

from __future__ import annotations

import pytest

from tests.conventions.measures import MARKS


@pytest.mark.parametrize("name", MARKS)
def test_mark_holds_when_measured(name: str) -> None:
    value, offenders = MARKS[name].measure()
    print(f"{name}: {value:g}")
    assert MARKS[name].holds(value), "\n".join([f"{name}: {value:g}", *offenders])
