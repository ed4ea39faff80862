"""The changeover matrix: each pair has one answer, the first row that fits."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.facilities.rules.changeover import (
    ChangeoverMatrix,
    ChangeoverRule,
    expand,
    pairs,
    uncovered,
)
from hkbio_gmp.facilities.rules.consistency import changeover_rules
from hkbio_gmp.facilities.rules.document import parse
from hkbio_gmp.facilities.services import shipped_facility

CELL, OTHER, VECTOR = "gene_modified_cell", "allogeneic_cell", "lentiviral_vector"
NAMES = ["a", "b", "c"]
RULES = st.lists(
    st.builds(
        ChangeoverRule,
        st.sampled_from([*NAMES, "*"]),
        st.sampled_from([*NAMES, "*"]),
        st.booleans(),
        st.integers(0, 100),
        st.just("c"),
        st.just("s"),
    ),
    max_size=8,
)


def default_matrix() -> ChangeoverMatrix:
    read, _ = parse(shipped_facility("LCT"))
    assert read is not None
    return ChangeoverMatrix("LCT", 1, expand(changeover_rules(read), read.active_classes))


def test_default_hours_hold_when_pairs_are_asked() -> None:
    matrix = default_matrix()
    hours = {
        (CELL, CELL, True): 2,
        (CELL, CELL, False): 8,
        (CELL, OTHER, False): 24,
        (VECTOR, VECTOR, False): 48,
        (VECTOR, CELL, False): 72,
        (VECTOR, "training", False): 72,
    }
    for (before, after, same), expected in hours.items():
        assert matrix.gap(before, after, same_series=same) == timedelta(hours=expected)
    assert matrix.longest == timedelta(hours=72)


def test_series_counts_for_nothing_when_the_classes_differ() -> None:
    matrix = default_matrix()
    assert matrix.gap(CELL, OTHER, same_series=True) == matrix.gap(CELL, OTHER)


@given(RULES)
def test_every_pair_is_answered_or_named_when_expanded(rules: list[ChangeoverRule]) -> None:
    matrix = expand(rules, NAMES)
    assert set(matrix) | set(uncovered(rules, NAMES)) == set(pairs(NAMES))
    assert not set(matrix) & set(uncovered(rules, NAMES))


@given(RULES)
def test_first_fitting_row_decides_when_several_fit(rules: list[ChangeoverRule]) -> None:
    for pair, row in expand(rules, NAMES).items():
        assert row.minutes == next(rule.minutes for rule in rules if rule.fits(pair))
