"""Pure rules of the log: the Merkle tree and the bytes of a leaf."""
