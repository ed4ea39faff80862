"""A startup's requester: finds a slot, asks for it, moves it, cancels it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn

REQUESTER = "requester@a.example"


def choose(page: Page, room: str) -> None:
    page.locator(f"input[name=resources][value={room}]").check()
    page.locator('input[name=operators][value="operator@a.example"]').check()


def ask_for(page: Page, room: str, first: str, last: str) -> str:
    """Ask for a slot on the form; the booking's reference."""
    page.goto("/bookings/new")
    page.locator("input[name=starts_at]").fill(first)
    page.locator("input[name=ends_at]").fill(last)
    choose(page, room)
    page.get_by_role("button", name="Request this slot").click()
    page.wait_for_url(re.compile(r"/bookings/LCT-2027-\d{6}$"))
    return page.url.rsplit("/", 1)[-1]


def test_slot_is_held_when_the_finders_first_answer_is_requested(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    page.goto("/slots?facility=LCT&operators=operator@a.example&days=2&hours=4")
    expect(page.get_by_text("Earliest real start")).to_be_visible()
    page.get_by_role("link", name="Request this slot").click()
    expect(page.locator("#preview .badge").first).to_have_text("Ready")
    page.get_by_role("button", name="Request this slot").click()
    expect(page.get_by_role("status")).to_contain_text("Requested and held")
    expect(page.locator(".page-header .badge").first).to_have_text("Requested")
    expect(page.locator("#history")).to_contain_text("requested it")


def test_cheapest_change_is_taken_up_when_the_first_wish_is_blocked(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR3", "2027-06-01T09:00", "2027-06-03T17:00")
    page.goto(
        "/slots?facility=LCT&operators=operator@a.example&days=1&hours=4"
        "&since=2027-06-02&until=2027-06-20"
    )
    row = page.locator(".refusal").filter(has_text="LCT-CR3")
    expect(row).to_contain_text("is occupied by")
    expect(row).to_contain_text("later")
    row.get_by_role("link", name="Request").click()
    expect(page.locator("input[name=resources][value=LCT-CR3]")).to_be_checked()
    expect(page.locator("#preview .badge").first).to_have_text("Ready")
    page.get_by_role("button", name="Request this slot").click()
    expect(page.get_by_role("status")).to_contain_text("Requested and held")


def test_whole_run_is_held_when_a_template_is_looked_for(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    page.goto(
        "/slots?facility=LCT&template=LCT-CART&operators=operator@a.example"
        "&since=2027-08-02&until=2027-08-20"
    )
    expect(page.locator(".answer")).to_contain_text("LCT-CP1")
    page.get_by_role("link", name="Request this slot").click()
    expect(page.locator("#preview .badge").first).to_have_text("Ready")
    page.get_by_role("button", name="Request this slot").click()
    expect(page.get_by_role("status")).to_contain_text("Requested and held")
    expect(page.locator("main")).to_contain_text("11")


def test_way_out_leads_to_another_room_when_the_form_is_blocked(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR2", "2027-07-05T09:00", "2027-07-07T17:00")
    page.goto(
        "/bookings/new?resources=LCT-CR2&operators=operator@a.example"
        "&starts_at=2027-07-06T09:00&ends_at=2027-07-08T17:00"
    )
    expect(page.locator("#preview .badge").first).to_have_text("Blocked")
    page.locator(".ways").get_by_role("link", name="at the same time").click()
    expect(page.locator("#preview .badge").first).to_have_text("Ready")
    expect(page.locator("input[name=resources][value=LCT-CR2]")).not_to_be_checked()


def test_readiness_changes_beside_the_form_when_a_room_is_ticked(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    page.goto("/bookings/new")
    expect(page.locator("#preview")).to_contain_text("Choose a room")
    page.locator("input[name=resources][value=LCT-CR4]").check()
    expect(page.locator("#preview")).to_contain_text("LCT-CR4 has grade C")
    expect(page.locator("#preview .badge").first).to_have_text("Blocked")


def test_check_answers_without_scripts_when_the_button_is_pressed(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER, scripts=False)
    page.goto("/bookings/new")
    choose(page, "LCT-CR3")
    page.get_by_role("button", name="Check readiness").click()
    expect(page.locator("#preview .readiness")).to_be_visible()
    expect(page.locator("input[name=resources][value=LCT-CR3]")).to_be_checked()


def test_nothing_typed_is_lost_when_the_slot_is_taken(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR2", "2027-03-01T09:00", "2027-03-03T17:00")
    page.goto("/bookings/new")
    page.locator("input[name=starts_at]").fill("2027-03-02T09:00")
    page.locator("input[name=ends_at]").fill("2027-03-04T17:00")
    choose(page, "LCT-CR2")
    page.locator("textarea[name=note]").fill("請安排 cell processor")
    page.get_by_role("button", name="Request this slot").click()
    expect(page.locator(".error-summary")).to_contain_text("not free on LCT-CR2")
    expect(page.get_by_text("Free instead, the same length")).to_be_visible()
    expect(page.locator("textarea[name=note]")).to_have_value("請安排 cell processor")
    expect(page.locator("input[name=starts_at]")).to_have_value("2027-03-02T09:00")


def test_request_moves_and_is_cancelled_with_a_reason_when_asked(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    reference = ask_for(page, "LCT-CR1", "2027-04-05T09:00", "2027-04-07T17:00")
    page.get_by_role("link", name="Move", exact=True).click()
    page.locator("input[name=starts_at]").fill("2027-04-12T09:00")
    page.locator("input[name=ends_at]").fill("2027-04-14T17:00")
    page.locator("textarea[name=reason]").fill("The donor's date changed")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".facts")).to_contain_text("Mon 12 Apr 2027, 09:00 HKT")
    page.get_by_role("link", name="Cancel…").click()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.locator(".error-summary")).to_contain_text("Reason")
    page.locator("textarea[name=reason]").fill("Not needed any more")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page).to_have_url(re.compile(f"/bookings/{reference}$"))
    expect(page.locator(".page-header .badge").first).to_have_text("Cancelled")


def test_others_are_only_occupied_when_the_calendar_is_read(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR1", "2027-05-03T09:00", "2027-05-05T17:00")
    other = sign_in("requester@b.example")
    other.goto("/calendar?facility=LCT&from=2027-05-03")
    expect(other.locator(".timeline .bar-occupied")).to_have_count(1)
    assert "STARTUP-A" not in other.content()
