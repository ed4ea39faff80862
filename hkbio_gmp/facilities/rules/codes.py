"""What can be a code or another short text of a stored row."""

from __future__ import annotations

from hkbio_gmp.kernel.texts import is_plain

LONGEST_CODE = 80


def storable(*texts: str | None) -> bool:
    """Whether any row could hold these; what none can hold is not even asked for."""
    return all(text is None or (len(text) <= LONGEST_CODE and is_plain(text)) for text in texts)
