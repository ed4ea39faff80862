"""Where the product's files are: in a checkout, or inside the installed package."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _beside_or_inside(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def templates() -> Path:
    """The folder of templates."""
    return _beside_or_inside("templates")


def migrations() -> Path:
    """The folder of migrations."""
    return _beside_or_inside("migrations")


def translations() -> Path:
    """The folder of message catalogues."""
    return PACKAGE / "translations"


def instance() -> Path:
    """The folder of what this installation keeps: ``HKBIO_INSTANCE``, else ``instance/``.

    In a checkout that is the checkout's; installed, it is the working directory's.
    """
    chosen = os.environ.get("HKBIO_INSTANCE")
    if chosen:
        return Path(chosen)
    checkout = PACKAGE.parent
    base = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return base / "instance"
