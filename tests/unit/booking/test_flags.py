"""Which findings make a booking turn, and findings kept as JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.flags import (
    IMPOSSIBLE,
    Cause,
    dump_finding,
    load_finding,
    stands,
    turned,
)
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message

ROOM, GATE = "LCT-CR1", "certificate:room_qualification_ab"


def said(rule: str = GATE, subject: str = ROOM, severity: Severity = Severity.BLOCK) -> Finding:
    return Finding(rule, severity, subject, Message("{room} is out.", room=subject))


def because(cause: str = "certificate", rule: str | None = GATE) -> Cause:
    return Cause(cause, frozenset({ROOM}), rule)


@pytest.mark.parametrize(
    ("cause", "finding"),
    [
        (because(), said()),
        (because(), said(severity=Severity.WARN)),
        (because(rule=None), said("outage")),
        (because("outage", None), said("outage")),
        (because("outage", None), said()),
        (because("leaver", None), said(IMPOSSIBLE, "LCT-2027-000001")),
        (because("lapse", None), said(subject="operator@a.example")),
    ],
)
def test_booking_turns_when_what_it_relies_on_speaks_against_it(
    cause: Cause, finding: Finding
) -> None:
    assert turned(cause, [finding, finding]) == [finding]


@pytest.mark.parametrize(
    ("cause", "finding"),
    [
        (because(), said(severity=Severity.OK)),
        (because(), said(subject="LCT-CR2")),
        (because(), said("certificate:other")),
        (because(rule=None), said("occupied")),
        (because("lapse", None), said(severity=Severity.WARN)),
        (because("lapse", None), said("outage")),
    ],
)
def test_booking_stays_when_the_finding_has_another_reason(cause: Cause, finding: Finding) -> None:
    assert turned(cause, [finding]) == []


def test_flag_stands_only_while_the_rule_still_speaks() -> None:
    assert stands(GATE, ROOM, [said()])
    assert not stands(GATE, ROOM, [said(severity=Severity.OK), said("outage")])


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=20)
_VALUES = st.one_of(
    st.none(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    _WORDS,
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 10**9).map(lambda n: datetime.fromtimestamp(n, UTC)),
    _WORDS.map(Message),
)


@given(value=_VALUES, remedy=st.booleans(), severity=st.sampled_from(Severity))
def test_finding_is_read_back_as_it_was_when_kept(
    value: object, remedy: bool, severity: Severity
) -> None:
    message = Message("{value}", "UTC", value=value)  # type: ignore[arg-type]
    told = Finding(
        GATE,
        severity,
        ROOM,
        message,
        message if remedy else None,
        None,
        "A1 4.32",
        "/certificates/1",
    )
    assert load_finding(GATE, ROOM, json.loads(json.dumps(dump_finding(told)))) == told
