"""The finder's pure part: where something may start, and what would help where it may not."""
