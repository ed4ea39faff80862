"""What a text may hold: the one rule for forms, the API, reads and files."""

from __future__ import annotations

import unicodedata

_LAYOUT = "\n\r\t"
# marks that turn the order of what follows them: a record must read as it is stored
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_plain(text: str) -> bool:
    """Whether ``text`` has no control characters but tab and line ends, and no half characters.

    PostgreSQL refuses NUL even in a comparison, and UTF-8 has no lone surrogates.
    """
    return not any(_is_refused(character) for character in text)


def _is_refused(character: str) -> bool:
    if character in _TURNING:
        return True
    return character not in _LAYOUT and unicodedata.category(character) in {"Cc", "Cs"}
