"""A facility's manager: decides with a signature, plans an outage, answers a move."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.integration.booking.world import PASSWORD
from tests.journeys.conftest import SignIn
from tests.journeys.test_requester import REQUESTER, ask_for

MANAGER = "manager@lct.example"


def sign(page: Page, reason: str = "") -> None:
    if reason:
        page.locator("textarea[name=reason]").fill(reason)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Sign")).click()
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_request_is_approved_with_a_signature_when_the_password_is_right(
    sign_in: SignIn,
) -> None:
    reference = ask_for(sign_in(REQUESTER), "LCT-CR1", "2027-02-01T09:00", "2027-02-01T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/approvals?open={reference}")
    expect(page.locator(".detail-panels")).to_contain_text("Displaces nothing")
    expect(page.locator(".detail-panels")).to_contain_text("Last use")
    page.goto(f"/bookings/{reference}/approve")
    page.locator("input[name=password]").fill("wrong")
    page.get_by_role("button", name="Sign the approval").click()
    expect(page.locator(".error-summary")).to_contain_text("password is wrong")
    sign(page, "Checked with the contractor")
    expect(page.locator(".page-header .badge").first).to_have_text("Approved")
    expect(page.locator("#history")).to_contain_text("approved it")
    expect(page.locator("#history")).to_contain_text("SIG-")


def test_several_are_signed_each_on_its_own_when_ticked(sign_in: SignIn) -> None:
    asking = sign_in(REQUESTER)
    first = ask_for(asking, "LCT-CR2", "2027-02-15T09:00", "2027-02-15T17:00")
    second = ask_for(asking, "LCT-CR3", "2027-02-15T09:00", "2027-02-15T17:00")
    page = sign_in(MANAGER)
    page.goto("/approvals")
    for reference in (first, second):
        page.locator(f"input[name=ref][value={reference}]").check()
    expect(page.locator("[data-selected-count]")).to_have_text("2")
    page.get_by_role("button", name="Approve the selected…").click()
    expect(page.locator(".sign-records li")).to_have_count(2)
    sign(page, "Both fit the week")
    expect(page.get_by_role("status")).to_contain_text("2 approvals signed")


def test_reason_is_asked_for_when_a_request_is_rejected(sign_in: SignIn) -> None:
    reference = ask_for(sign_in(REQUESTER), "LCT-CR1", "2027-03-15T09:00", "2027-03-17T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/bookings/{reference}/reject")
    page.get_by_role("button", name="Reject the request").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("textarea[name=reason]").fill("The line is requalified that week")
    page.get_by_role("button", name="Reject the request").click()
    expect(page.get_by_role("status")).to_contain_text(f"Rejected: {reference}")


def test_move_waits_for_the_manager_when_an_approved_booking_is_moved(sign_in: SignIn) -> None:
    asking = sign_in(REQUESTER)
    reference = ask_for(asking, "LCT-CR1", "2027-06-07T09:00", "2027-06-07T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/bookings/{reference}/approve")
    sign(page, "As asked")
    asking.goto(f"/bookings/{reference}/move")
    asking.locator("input[name=starts_at]").fill("2027-06-14T09:00")
    asking.locator("input[name=ends_at]").fill("2027-06-14T17:00")
    asking.locator("textarea[name=reason]").fill("The donor is late")
    asking.get_by_role("button", name="Propose the move").click()
    expect(asking.get_by_text("A move is proposed")).to_be_visible()
    expect(asking.locator(".facts")).to_contain_text("Mon 7 Jun 2027")
    page.goto(f"/bookings/{reference}")
    page.get_by_role("link", name="Accept…").click()
    page.get_by_role("button", name="Accept the move").click()
    expect(page.locator(".facts")).to_contain_text("Mon 14 Jun 2027")


def test_bookings_that_it_falls_on_are_shown_when_an_outage_is_planned(sign_in: SignIn) -> None:
    reference = ask_for(sign_in(REQUESTER), "LCT-CR2", "2027-07-05T09:00", "2027-07-07T17:00")
    page = sign_in(MANAGER)
    page.goto("/outages/new")
    page.locator("select[name=resource]").select_option("LCT-CR2")
    page.locator("input[name=starts_at]").fill("2027-07-06T08:00")
    page.locator("input[name=ends_at]").fill("2027-07-06T18:00")
    page.locator("input[name=reason]").fill("Filter change")
    page.get_by_role("button", name="See what it falls on").click()
    expect(page.get_by_role("checkbox", name="Propose")).to_be_checked()
    page.get_by_role("button", name="Plan the outage").click()
    expect(page.locator(".page-header h1")).to_have_text("Filter change")
    expect(page.get_by_role("link", name=reference)).to_be_visible()


def test_selected_request_is_beside_the_calendar_when_its_bar_is_opened(sign_in: SignIn) -> None:
    reference = ask_for(sign_in(REQUESTER), "LCT-CR3", "2027-08-02T09:00", "2027-08-04T17:00")
    page = sign_in(MANAGER)
    page.goto("/calendar?from=2027-08-02")
    page.locator(".timeline .bar-requested a").first.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#aside")
    expect(panel).to_contain_text(reference)
    expect(panel.get_by_role("link", name="Approve…")).to_be_visible()
