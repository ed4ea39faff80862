"""The audit log: entries, Merkle tree, proofs of integrity."""
