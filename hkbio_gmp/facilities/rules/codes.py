"""What can be a code or another short text of a stored row."""

from __future__ import annotations

LONGEST_CODE = 80


def storable(*texts: str | None) -> bool:
    """Whether any row could hold these: PostgreSQL refuses NUL even in a comparison."""
    return all(text is None or ("\x00" not in text and len(text) <= LONGEST_CODE) for text in texts)
