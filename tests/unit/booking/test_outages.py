"""When outages fall, and what is wrong with one that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hkbio_gmp.booking.rules.outages import OutageWish, check_outage, occurrences
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.kernel.timerange import TimeRange

START = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
FIRST = TimeRange(START, START + timedelta(hours=4))


def test_windows_keep_their_time_of_day_when_the_clock_is_put_forward() -> None:
    rule, found = occurrences(FIRST, "Europe/London", "weekly", 1, 6)
    assert rule == "FREQ=WEEKLY;INTERVAL=1;COUNT=6"
    assert [w.starts.hour for w in found] == [0, 0, 0, 0, 23, 23]
    assert {w.length for w in found} == {timedelta(hours=4)}


@pytest.mark.parametrize(
    ("frequency", "interval", "count"),
    [("yearly", 1, 2), ("daily", 0, 2), ("daily", 1, 0), ("daily", 1, 61)],
)
def test_repetition_is_refused_when_out_of_bounds(
    frequency: str, interval: int, count: int
) -> None:
    with pytest.raises(NotValid):
        occurrences(FIRST, "Asia/Hong_Kong", frequency, interval, count)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"event": "flood"}, "event"),
        ({"resources": ()}, "resource"),
        ({"windows": (FIRST, FIRST)}, "interval"),
        ({"windows": tuple(FIRST for _ in range(301))}, "count"),
        ({"windows": (TimeRange(START, START + timedelta(seconds=90)),)}, "from"),
    ],
)
def test_field_is_named_when_it_is_wrong(changed: dict[str, object], field: str) -> None:
    given = {"resources": ("R",), "windows": (FIRST,), "kind": "planned", **changed}
    with pytest.raises(NotValid) as refused:
        check_outage(OutageWish(**given), "why")  # type: ignore[arg-type]
    assert field in {error.field for error in refused.value.errors}


def test_reason_is_asked_for_when_there_is_none() -> None:
    with pytest.raises(NotValid):
        check_outage(OutageWish(("R",), (FIRST,), "planned"), " ")
