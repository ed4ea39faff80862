"""What a text may hold: the one rule for forms, the API, reads and files."""

from __future__ import annotations

import re

_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_HALVES = "\ud800-\udfff"
# marks that turn the order of what follows them: a record must read as it is stored
_TURNING = "\u202a-\u202e\u2066-\u2069"
_REFUSED = re.compile(f"[{_CONTROL}{_HALVES}{_TURNING}]")


def is_plain(text: str) -> bool:
    """Whether ``text`` has no control characters but tab and line ends, and no half characters.

    PostgreSQL refuses NUL even in a comparison, and UTF-8 has no lone surrogates.
    """
    return _REFUSED.search(text) is None
