from __future__ import annotations

import sys
import unicodedata

import pytest

from hkbio_gmp.kernel.texts import is_plain


def test_text_is_refused_when_it_has_control_or_half_characters() -> None:
    layout = "\n\r\t"
    everything = map(chr, range(sys.maxunicode + 1))
    wrong = [c for c in everything if unicodedata.category(c) in {"Cc", "Cs"} and c not in layout]
    assert len(wrong) > 2000
    assert not any(is_plain(f"a{character}b") for character in wrong)


@pytest.mark.parametrize("turning", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_text_is_refused_when_it_would_read_otherwise_than_stored(turning: str) -> None:
    assert not is_plain(f"LCT{turning}1RC")


@pytest.mark.parametrize("text", ["", "培養", "🧫\u200d🔬", "שלום\u200f", "a\n\tb\r\n", "=1+1"])
def test_text_is_plain_when_it_is_only_unusual(text: str) -> None:
    assert is_plain(text)
