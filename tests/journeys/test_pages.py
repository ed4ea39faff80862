"""Every role's pages are accessible and fit: both languages, both themes, wide and narrow."""

from __future__ import annotations

import pytest

from tests.journeys.axe import violations, width_beyond
from tests.journeys.conftest import SignIn, Theme
from tests.journeys.world import AUDITOR, MANAGER, QUALITY, REQUESTER

PAGES = {
    REQUESTER: ("/", "/slots", "/bookings", "/bookings/new", "/calendar", "/calendar?show=table"),
    MANAGER: ("/", "/calendar", "/calendar?show=table", "/approvals", "/outages", "/reports"),
    QUALITY: (
        "/",
        "/certificates",
        "/certificates/new",
        "/notifications",
        "/audit/LCT",
        "/account",
    ),
    AUDITOR: ("/", "/audit", "/audit/LCT", "/calendar", "/bookings", "/certificates", "/reports"),
}
EACH = [(email, path) for email, paths in PAGES.items() for path in paths]


@pytest.mark.parametrize(("email", "path"), EACH)
@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("zh_Hant_HK", "dark", 390)]
)
def test_page_is_accessible_and_fits_when_shown(
    sign_in: SignIn, email: str, path: str, language: str, theme: Theme, width: int
) -> None:
    page = sign_in(email, width=width, theme=theme)
    joint = "&" if "?" in path else "?"
    page.goto(f"{path}{joint}lang={language}")
    assert page.evaluate(f"matchMedia('(prefers-color-scheme: {theme})').matches")
    assert violations(page) == []
    assert width_beyond(page) <= 0
