"""RFC 6962, section 2.1: the tree, against the published vectors and against its definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.audit.rules.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of

VECTORS = json.loads((Path(__file__).parents[2] / "data/rfc6962_vectors.json").read_text())
LEAVES = [bytes.fromhex(text) for text in VECTORS["leaves_hex"]]


def defined_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 word for word, recursive."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def test_leaf_hash_equals_vector():
    assert [leaf_hash(leaf).hex() for leaf in LEAVES] == VECTORS["leaf_hashes"]


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_root_equals_vector_at_each_size(size):
    expected = VECTORS["roots_by_size"][size]
    assert root_of(leaf_hash(leaf) for leaf in LEAVES[:size]).hex() == expected


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_root_equals_definition(leaves):
    assert root_of(leaf_hash(leaf) for leaf in leaves) == defined_root(leaves)


@given(st.integers(0, 200))
def test_append_completes_each_subtree_once(size):
    frontier = Frontier()
    nodes = [n for i in range(size) for n in frontier.append(leaf_hash(bytes([i])))]
    places = {(node.level, node.index) for node in nodes}
    assert len(places) == len(nodes) == size - size.bit_count()


@given(st.integers(0, 300), st.integers(0, 20))
def test_append_goes_on_when_frontier_was_stored(size, more):
    whole, first = Frontier(), Frontier()
    for number in range(size):
        whole.append(leaf_hash(str(number).encode()))
        first.append(leaf_hash(str(number).encode()))
    again = Frontier(first.size, first.hashes)
    for number in range(more):
        whole.append(leaf_hash(b"more%d" % number))
        again.append(leaf_hash(b"more%d" % number))
    assert again.root() == whole.root()


def test_frontier_refused_when_it_does_not_fit_its_size():
    with pytest.raises(ValueError, match="frontier"):
        Frontier(3, [b"x" * 32])
