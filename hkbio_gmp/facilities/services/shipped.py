"""Facility files that come with the product."""

from __future__ import annotations

from importlib import resources

_PACKAGE = "hkbio_gmp.facilities.data"


def shipped_codes() -> list[str]:
    """Codes of the facilities that the product ships a file for."""
    files = resources.files(_PACKAGE).iterdir()
    return sorted(f.name.removesuffix(".toml").upper() for f in files if f.name.endswith(".toml"))


def shipped_facility(code: str) -> str:
    """The text of a shipped file. Raises FileNotFoundError for a code that is not shipped."""
    file = resources.files(_PACKAGE) / f"{code.lower()}.toml"
    return file.read_text(encoding="utf-8")
