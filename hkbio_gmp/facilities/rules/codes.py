"""What can be a code or another short text of a stored row."""

from __future__ import annotations

LONGEST_CODE = 80


def storable(*texts: str | None) -> bool:
    """Whether any row could hold these; what none can hold is not even asked for."""
    return all(text is None or (len(text) <= LONGEST_CODE and _is_plain(text)) for text in texts)


def _is_plain(text: str) -> bool:
    # PostgreSQL refuses NUL even in a comparison, and UTF-8 has no lone surrogates.
    return not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text)
