"""Segregation within zones and rooms, and pairs decided before the rules in force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.occupancy import Occupied, RuleBook, Use, apart, clashes, is_older
from hkbio_gmp.facilities.rules.segregation import (
    CONDITIONS,
    SCOPES,
    SegregationRule,
    SegregationRules,
)
from tests.unit.booking.uses import BOOK, CLASSES, MATRIX, use

ROOM = SegregationRule("room", "cell", "training", "block", "Part I 5.9")
UNEASY = SegregationRule("zone", "cell", "training", "warn", "a rule of the house")
RULES = st.lists(
    st.builds(
        SegregationRule,
        st.sampled_from(SCOPES),
        st.sampled_from([*CLASSES, "*"]),
        st.sampled_from([*CLASSES, "*"]),
        st.sampled_from(["block", "warn"]),
        st.just("a source"),
        st.sampled_from(["", *CONDITIONS]),
    ),
    max_size=6,
)
PLACES = st.builds(
    use,
    st.integers(0, 8),
    made=st.sampled_from(CLASSES),
    resource=st.sampled_from(["R1", "R2"]),
    zone=st.just("Z1"),
    room=st.sampled_from([None, "R1", "R2"]),
    unit=st.sampled_from([None, "U1"]),
    vector=st.sampled_from([None, "LV-1", "LV-2"]),
    infected=st.booleans(),
)


def book(*rules: SegregationRule) -> RuleBook:
    return RuleBook(MATRIX, SegregationRules("LCT", 3, rules))


@pytest.mark.parametrize(
    ("room", "severity", "scope"), [("R1", "block", "room"), ("R2", "warn", "zone")]
)
def test_heaviest_rule_decides_when_room_and_zone_speak(
    room: str, severity: str, scope: str
) -> None:
    item = use(0, made="training", resource="INC", zone="Z1", room=room)
    found = clashes(book(UNEASY, ROOM), use(4, zone="Z1", room="R1"), Occupied((item,)))
    assert [(c.reason, c.severity, c.scope) for c in found] == [("segregation", severity, scope)]


@pytest.mark.parametrize(
    ("made", "expected"), [("cell", True), ("training", True), ("vector", False)]
)
def test_star_means_every_other_class_when_a_row_names_it(made: str, expected: bool) -> None:
    rule = SegregationRule("room", "vector", "*", "block", "Annex 2A 3.4")
    assert rule.fits("vector", made) is rule.fits(made, "vector") is expected


def test_two_others_get_along_when_star_speaks_of_a_third() -> None:
    assert not SegregationRule("room", "vector", "*", "block", "").fits("cell", "training")


@given(RULES, PLACES, PLACES)
def test_segregation_weighs_the_same_when_the_two_change_places(
    rules: list[SegregationRule], one: Use, other: Use
) -> None:
    found = [apart(book(*rules), a, b) for a, b in ((one, other), (other, one))]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("one", "other", "apart_"),
    [
        ("LV-1", "LV-2", True),
        ("LV-1", "lv-1", False),
        ("LV-1", None, False),
    ],
)
def test_vectors_keep_apart_in_one_room_when_they_differ(
    one: str, other: str | None, apart_: bool
) -> None:
    rule = SegregationRule("room", "*", "*", "block", "Annex 2A 3.2", "vectors_differ")
    here, there = (
        use(0, made="vector", resource=code, room="R1", vector=vector)
        for code, vector in (("R1", one), ("INC", other))
    )
    assert (apart(book(rule), here, there) is not None) is apart_
    assert apart(book(rule), here, use(0, resource="R2", room="R2", vector=other)) is None


@pytest.mark.parametrize(
    ("infected", "series", "apart_"),
    [((True, False), "B", True), ((True, True), "B", True), ((True, False), "A", False)],
)
def test_infected_material_is_alone_in_a_unit_when_it_is_of_another_series(
    infected: tuple[bool, bool], series: str, apart_: bool
) -> None:
    rule = SegregationRule("unit", "*", "*", "block", "Annex 2A 3.4", "infected")
    chamber = use(0, resource="INC-1", unit="INC", infected=infected[0])
    other = use(0, series=series, resource="INC-2", unit="INC", infected=infected[1])
    (found,) = clashes(book(rule), chamber, Occupied((other,))) or [None]
    assert (found is not None and found.scope == "unit") is apart_


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(2, 2, True), (1, 2, True), (2, 3, False), (3, 3, False), (None, 2, False)],
)
def test_pair_is_older_when_both_were_decided_before(
    first: int | None, second: int, expected: bool
) -> None:
    assert is_older(BOOK, use(0, decided_under=first), use(9, decided_under=second)) is expected
