"""Where a page of a list begins, as its address says."""

from __future__ import annotations

from flask import request

_LARGEST = 2**31 - 1


def page_key(name: str) -> int | None:
    """The key to page on from; None where the address has none that a row could bear."""
    text = request.args.get(name, "")
    # a number of thousands of digits is not even worth reading
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST))):
        return None
    found = int(text)
    return found if found <= _LARGEST else None
