"""Every string that people read is there in Traditional Chinese."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from scripts import translations

Merged = tuple[Catalog, list[object]]


@pytest.fixture(scope="module")
def merged() -> Merged:
    return translations.merged()


def test_every_string_is_translated_when_extracted(merged: Merged) -> None:
    assert [message.id for message in merged[1]] == []


def test_placeholders_agree_when_translated(merged: Merged) -> None:
    assert list(translations.mismatched(merged[0])) == []


def test_every_translation_is_shown_when_kept(merged: Merged) -> None:
    assert translations.obsolete(merged[0]) == []


def test_catalogue_is_fresh_when_compared(merged: Merged) -> None:
    assert translations.stale(merged[0]) == []
