"""Lucide icons, inlined as SVG so that they take the text's colour under a strict policy."""

from __future__ import annotations

import json
from functools import lru_cache

from markupsafe import Markup, escape

from hkbio_gmp import paths

# a misspelt name must not take a page down; a test compares names used with names shipped
_UNKNOWN = "circle"


@lru_cache(maxsize=1)
def shapes() -> dict[str, str]:
    """Name to the inner markup of each icon that we ship."""
    source = paths.PACKAGE / "static" / "icons" / "lucide.json"
    loaded: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return loaded


def icon_shape(name: str) -> Markup:
    """Only the shapes, for use inside another SVG."""
    known = shapes()
    return Markup(known.get(name) or known[_UNKNOWN])  # noqa: S704


def icon_svg(name: str, size: int = 16, label: str | None = None) -> Markup:
    """One icon ``size`` pixels wide; ``label`` names it to screen readers, else it is hidden."""
    # thin lines vanish at small sizes, so the stroke grows as the icon shrinks
    weight = "2.2" if size <= 12 else "2" if size <= 14 else "1.75"
    told = Markup('aria-hidden="true"')
    if label:
        told = Markup('role="img" aria-label="{}"').format(label)
    return Markup(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="{1}" stroke-linecap="round" '
        'stroke-linejoin="round" {2}>{3}</svg>'
    ).format(size, escape(weight), told, icon_shape(name))
