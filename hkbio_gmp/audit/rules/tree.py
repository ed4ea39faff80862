"""The Merkle tree of RFC 6962, section 2.1, grown one leaf at a time.

Only complete subtrees are stored: a node at (level, index) covers the leaves
``[index * 2**level, (index + 1) * 2**level)`` and never changes once written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf: SHA-256 over 0x00 and its bytes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 over 0x01 and both children (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree of ``2**level`` leaves."""

    level: int
    index: int
    digest: bytes


class Frontier:
    """The right edge of a tree: its maximal complete subtrees, largest first.

    Enough to append leaves and to tell the root, in O(log n) space.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()):
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError("the frontier does not fit the size of the tree")

    def append(self, digest: bytes) -> list[Node]:
        """Add a leaf by its hash; returns the inner nodes that it completes, lowest first."""
        completed = []
        level, index = 0, self.size
        while index & 1:
            digest = node_hash(self.hashes.pop(), digest)
            level, index = level + 1, index >> 1
            completed.append(Node(level, index, digest))
        self.hashes.append(digest)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The tree head's hash; of an empty tree the hash of nothing."""
        if not self.hashes:
            return EMPTY_ROOT
        digest = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the leaf hashes given, streamed."""
    frontier = Frontier()
    for digest in leaves:
        frontier.append(digest)
    return frontier.root()
