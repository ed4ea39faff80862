"""Merges the features' Chinese catalogues into one, compiles it, and finds what is missing.

Each feature keeps its own file in ``hkbio_gmp/translations/parts``. With ``--check`` nothing is
written: exit 1 where a string has no translation, a translation lost or invented a placeholder,
or the committed catalogue is not fresh.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "hkbio_gmp/translations"
PARTS = TRANSLATIONS / "parts"
TARGET = TRANSLATIONS / "zh_Hant_HK/LC_MESSAGES"
LOCALE = "zh_Hant_HK"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "Message": None,
    "N_": None,
}
# Without this Babel drops a template that it cannot parse, and its strings with it.
STRICT = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def _texts(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if isinstance(value, str | None) else tuple(value)


def extracted() -> Catalog:
    """Every string that the code and the templates show."""
    catalog = Catalog(locale=LOCALE, project="hkbio-gmp", version="1", charset="utf-8")
    for folder, methods in (
        ("hkbio_gmp", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    ):
        found = extract_from_dir(ROOT / folder, methods, STRICT, keywords=KEYWORDS)
        for file, _line, message, _comments, _context in found:
            if message:
                catalog.add(message, locations=[(f"{folder}/{file}", 0)])
    return catalog


def translated() -> dict[str, tuple[str, ...]]:
    """Every translation of the parts, by the string that it translates."""
    out: dict[str, tuple[str, ...]] = {}
    for file in sorted(PARTS.glob("*.po")):
        with file.open("rb") as handle:
            for message in read_po(handle, locale=LOCALE, abort_invalid=True):
                if message.id and all(_texts(message.string)) and not message.fuzzy:
                    out.setdefault(_texts(message.id)[0], _texts(message.string))
    return out


def merged() -> tuple[Catalog, list[Entry]]:
    """The catalogue, and the entries without a translation."""
    catalog, known = extracted(), translated()
    catalog.revision_date = catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    missing = []
    for message in catalog:
        if not message.id:
            continue
        found = known.get(_texts(message.id)[0])
        if found is None:
            missing.append(message)
        else:
            message.string = found[:1] if message.pluralizable else found[0]
    return catalog, missing


def mismatched(catalog: Catalog) -> Iterator[str]:
    """Translations whose placeholders are not those of the string."""
    for message in catalog:
        if not message.id or not all(_texts(message.string)):
            continue
        wanted = set(PLACEHOLDER.findall(_texts(message.id)[-1]))
        for text in _texts(message.string):
            if set(PLACEHOLDER.findall(text)) != wanted:
                yield f"{message.id!r} as {text!r}"


def obsolete(catalog: Catalog) -> list[str]:
    """Strings of the parts that nothing shows any more."""
    shown = {_texts(message.id)[0] for message in catalog if message.id}
    return sorted(set(translated()) - shown)


def rendered(catalog: Catalog) -> dict[str, bytes]:
    """The catalogue as text and compiled, without dates so that it is reproducible."""
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalog, sort_output=True, omit_header=True, width=0, no_location=True)
    write_mo(compiled, catalog)
    return {"messages.po": text.getvalue(), "messages.mo": compiled.getvalue()}


def stale(catalog: Catalog) -> list[str]:
    """The committed files that are not what the parts and the code give now."""
    return [
        name
        for name, content in rendered(catalog).items()
        if not (TARGET / name).is_file() or (TARGET / name).read_bytes() != content
    ]


def _write(catalog: Catalog) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, content in rendered(catalog).items():
        (TARGET / name).write_bytes(content)


def main() -> int:
    """Merge, or check."""
    catalog, missing = merged()
    wrong = list(mismatched(catalog))
    for message in missing:
        print(f"no translation: {message.id!r} in {', '.join(f for f, _ in message.locations)}")
    for line in wrong:
        print(f"placeholders differ: {line}")
    dead = obsolete(catalog)
    for text in dead:
        print(f"nothing shows: {text!r}")
    if "--check" not in sys.argv:
        _write(catalog)
    old = stale(catalog)
    for name in old:
        print(f"{name} is not fresh; run: make translations")
    print(f"{len(catalog)} strings, {len(missing)} without translation")
    return 1 if missing or wrong or old or dead else 0


if __name__ == "__main__":
    sys.exit(main())
