"""Merges the features' Chinese catalogues into one, compiles it, and finds what is missing.

Each feature keeps its own file in ``hkbio_gmp/translations/parts``. With ``--check`` nothing is
written: exit 1 where a string has no translation or the committed catalogue is not fresh.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "hkbio_gmp/translations"
PARTS = TRANSLATIONS / "parts"
TARGET = TRANSLATIONS / "zh_Hant_HK/LC_MESSAGES"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "Message": None,
    "N_": None,
}


def extracted() -> Catalog:
    """Every string that the code and the templates show."""
    catalog = Catalog(locale="zh_Hant_HK", project="hkbio-gmp", version="1", charset="utf-8")
    for folder, methods in (
        ("hkbio_gmp", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    ):
        found = extract_from_dir(ROOT / folder, methods, keywords=KEYWORDS)
        for _file, _line, message, _comments, _context in found:
            if message:
                catalog.add(message)
    return catalog


def translated() -> dict[object, object]:
    """Every translation of the parts."""
    out: dict[object, object] = {}
    for file in sorted(PARTS.glob("*.po")):
        with file.open("rb") as handle:
            for message in read_po(handle, locale="zh_Hant_HK"):
                if message.id and message.string:
                    out.setdefault(message.id, message.string)
    return out


def merged() -> tuple[Catalog, list[object]]:
    """The catalogue, and the strings without a translation."""
    catalog, known = extracted(), translated()
    by_first = {k[0] if isinstance(k, (tuple, list)) else k: v for k, v in known.items()}
    missing = []
    for message in list(catalog):
        if not message.id:
            continue
        first = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        found = by_first.get(first)
        if found is None:
            missing.append(message.id)
            continue
        if isinstance(message.id, (tuple, list)) and isinstance(found, str):
            found = (found,)
        message.string = found
    return catalog, missing


def rendered(catalog: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as text and compiled, without dates so that it is reproducible."""
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalog, sort_output=True, omit_header=True, width=0, no_location=True)
    write_mo(compiled, catalog)
    return text.getvalue(), compiled.getvalue()


def main() -> int:
    """Merge, or check."""
    catalog, missing = merged()
    catalog.revision_date = catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    text, compiled = rendered(catalog)
    for message in missing:
        print(f"no translation: {message!r}")
    if "--check" in sys.argv:
        committed = TARGET / "messages.po"
        fresh = committed.is_file() and committed.read_bytes() == text
        if not fresh:
            print("messages.po is not fresh; run: make translations")
        return 1 if missing or not fresh else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "messages.po").write_bytes(text)
    (TARGET / "messages.mo").write_bytes(compiled)
    print(f"{len(catalog)} strings, {len(missing)} without translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
