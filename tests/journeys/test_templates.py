"""A run by template: asked for, attention seen, shifted by a day as patient material is late."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import SignIn

REQUESTER = "requester@a.example"


def test_run_is_shifted_as_one_piece_when_material_is_late(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    page.goto("/bookings/new?template=LCT-CART&starts_at=2027-05-04T09:00&resources=LCT-CR3")
    expect(page.locator(".session-row")).to_have_count(11)
    page.locator('input[name=operators][value="operator@a.example"]').check()
    # a Tuesday: day 5 is a Saturday
    expect(page.locator("#said-5")).to_contain_text("outside opening hours")
    page.get_by_role("button", name="Request this slot").click()
    page.wait_for_url(re.compile(r"/bookings/LCT-2027-\d{6}$"))
    expect(page.locator("main")).to_contain_text("Harvest, formulation and fill")
    page.get_by_role("link", name="Shift sessions").click()
    expect(page.get_by_role("heading", name="Each session, 1 day later")).to_be_visible()
    page.get_by_role("link", name="6 days later").click()
    page.locator("textarea[name=reason]").fill("patient material is late")
    page.get_by_role("button", name="Shift", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("All sessions to come are moved")
    expect(page.locator("main")).to_contain_text("10 May 2027")


def test_rows_are_laid_out_and_changed_without_scripts_when_pressed(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER, scripts=False)
    page.goto("/bookings/new")
    page.locator("select[name=template]").select_option("LCT-ENG")
    page.locator("input[name=resources][value=LCT-PD1]").check()
    page.get_by_role("button", name="Lay out the sessions").click()
    expect(page.locator(".session-row")).to_have_count(7)
    page.get_by_role("button", name="Take out").last.click()
    expect(page.locator(".session-row")).to_have_count(6)
    page.get_by_role("button", name="Add a session").click()
    expect(page.locator(".session-row")).to_have_count(7)
