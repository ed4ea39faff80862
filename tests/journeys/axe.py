"""axe-core on the page that is open."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[1] / "vendor/axe-core@4.14.1/axe.min.js"
RUN = 'axe.run(document, {resultTypes: ["violations"]})'


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    page.evaluate(SOURCE.read_text())
    found = page.evaluate(RUN)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def width_beyond(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
