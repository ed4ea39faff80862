"""The engine on its people's ways: offers, refusals that explain themselves, what ends."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import SignIn
from tests.journeys.test_approvals import sign
from tests.journeys.test_quality import sign as sign_certificate
from tests.journeys.test_requester import REQUESTER, ask_for
from tests.journeys.world import MANAGER, OTHER, QUALITY


def test_offered_slot_is_approved_when_the_startup_takes_it_with_one_click(
    sign_in: SignIn,
) -> None:
    asking = sign_in(REQUESTER)
    reference = ask_for(asking, "LCT-CR1", "2027-04-12T09:00", "2027-04-12T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/approvals?open={reference}")
    page.get_by_role("link", name="Offer another slot…").click()
    page.locator("input[name=starts_at]").fill("2027-04-14T09:00")
    page.locator("input[name=ends_at]").fill("2027-04-14T17:00")
    page.locator("textarea[name=reason]").fill("The filters are tested on Monday")
    page.get_by_role("button", name="Send the counter-offer").click()
    expect(page.get_by_text("A counter-offer")).to_be_visible()
    asking.goto(f"/bookings/{reference}")
    expect(asking.locator("main")).to_contain_text("The filters are tested on Monday")
    asking.get_by_role("button", name="Accept this slot").click()
    expect(asking.locator(".facts")).to_contain_text("Wed 14 Apr 2027")
    page.goto(f"/bookings/{reference}/approve")
    sign(page, "As offered")
    expect(page.locator(".page-header .badge").first).to_have_text("Approved")
    expect(page.locator(".facts")).to_contain_text("Wed 14 Apr 2027")


def test_who_waits_takes_the_slot_when_it_becomes_free(
    sign_in: SignIn, job: Callable[[str], object]
) -> None:
    having, page = sign_in(REQUESTER), sign_in(OTHER)
    taken = ask_for(having, "LCT-CR1", "2027-05-11T09:00", "2027-05-11T17:00")
    page.goto("/bookings/new?project=STARTUP-B-P2&resources=LCT-CR1&starts_at=2027-05-11T09:00")
    page.locator("input[name=ends_at]").fill("2027-05-11T17:00")
    page.get_by_role("button", name="Request this slot").click()
    page.locator("input[name=waitlist]").fill("2027-05-11T09:00")
    assert violations(page) == []
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.locator(".page-header .badge").first).to_have_text("Waitlisted")
    expect(page.locator("main")).to_contain_text("number 1 in line")
    address = page.url
    having.goto(f"/bookings/{taken}/cancel")
    having.locator("textarea[name=reason]").fill("The donor is ill")
    having.get_by_role("button", name="Cancel the booking").click()
    job("waitlist")
    page.goto("/waitlist")
    expect(page.get_by_role("table")).to_contain_text("offered")
    page.goto(address)
    page.get_by_role("button", name="Accept this slot").click()
    expect(page.locator(".page-header .badge").first).to_have_text("Requested")


def test_booking_turns_and_turns_back_when_a_certificate_is_suspended_and_reinstated(
    sign_in: SignIn, job: Callable[[str], object]
) -> None:
    asking = sign_in(REQUESTER)
    reference = ask_for(asking, "LCT-CR3", "2027-04-19T09:00", "2027-04-19T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/bookings/{reference}/approve")
    sign(page, "Fits")
    quality = sign_in(QUALITY)
    quality.goto("/certificates/LCT-room_qualification_ab-LCT-CR3-2027-12-31")
    quality.get_by_role("link", name="Suspend…").click()
    sign_certificate(quality, "Suspend", "Particle counts at rest out of class")
    expect(quality.locator(".page-header .badge").first).to_have_text("Suspended")
    job("reexamination")
    asking.goto(f"/bookings/{reference}")
    expect(asking.locator("#flags")).to_contain_text("LCT-CR3")
    expect(asking.locator(".page-header")).to_contain_text("1 block")
    expect(asking.get_by_role("complementary")).to_contain_text("LCT-CR1")
    assert violations(asking) == []
    asking.goto("/notifications")
    expect(asking.locator("main")).to_contain_text(f"{reference} needs attention")
    quality.get_by_role("link", name="Reinstate…").click()
    sign_certificate(quality, "Reinstate", "Counts within class again")
    expect(quality.locator(".page-header .badge").first).to_have_text("Valid")
    job("reexamination")
    asking.goto(f"/bookings/{reference}")
    expect(asking.locator("#flags")).to_have_count(0)


def test_template_goes_back_and_says_why_when_it_is_dragged_into_a_changeover(
    sign_in: SignIn,
) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR2", "2027-10-18T09:00", "2027-10-18T17:00")
    page.goto("/bookings/new?template=LCT-CART&starts_at=2027-10-21T09:00&resources=LCT-CR2")
    page.locator('input[name=operators][value="operator@a.example"]').check()
    page.get_by_role("button", name="Request this slot").click()
    page.wait_for_url(re.compile(r"/bookings/LCT-2027-\d{6}$"))
    reference = page.url.rsplit("/", 1)[-1]
    page.goto("/calendar?facility=LCT&view=week&from=2027-10-18")
    drag_in_room(page, "LCT-CR2", reference, -2.5)
    dialog = page.locator("#drop")
    expect(dialog.locator("[data-verdict]")).to_have_attribute("data-verdict", "blocked")
    expect(dialog.locator(".finding").first).to_contain_text("LCT-CR2")
    expect(dialog.get_by_role("button", name="Try this").first).to_be_visible()
    page.keyboard.press("Escape")
    drag_in_room(page, "LCT-CR2", reference, 1)
    expect(dialog.locator("[data-verdict]")).not_to_have_attribute("data-verdict", "blocked")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    page.goto(f"/bookings/{reference}")
    expect(page.locator(".facts")).to_contain_text("Fri 22 Oct 2027")


def drag_in_room(page: Page, room: str, reference: str, days: float) -> None:
    row = page.locator(f'.tl-row[data-resource="{room}"]')
    box = row.locator(f'.bar[data-ref="{reference}"] .bar-box').first.bounding_box()
    track = row.locator(".tl-track").bounding_box()
    assert box is not None and track is not None
    x, y = box["x"] + 30, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=2)
    page.mouse.move(x + days * track["width"] / 7, y, steps=4)
    page.mouse.up()


def test_outage_is_planned_in_its_least_harmful_week_when_weeks_are_compared(
    sign_in: SignIn,
) -> None:
    asking = sign_in(REQUESTER)
    ask_for(asking, "LCT-CR3", "2027-11-02T09:00", "2027-11-02T17:00")
    page = sign_in(MANAGER)
    page.goto("/outages/what-if")
    page.locator("select[name=resource]").select_option("LCT-CR3")
    page.locator("input[name=hours]").fill("48")
    page.locator("input[name=since]").fill("2027-10-31")
    page.locator("input[name=until]").fill("2027-11-21")
    page.get_by_role("button", name="Compare", exact=True).click()
    first = page.get_by_role("table").get_by_role("row").nth(1)
    expect(first).to_contain_text("Least harmful")
    expect(first.get_by_role("cell").nth(1)).to_contain_text("0")
    expect(page.get_by_role("table")).to_contain_text("LCT-2027-")
    first.get_by_role("link", name="Take it").click()
    page.locator("input[name=reason]").fill("Filter integrity test")
    page.get_by_role("button", name="See what it falls on").click()
    page.get_by_role("button", name="Plan the outage").click()
    expect(page.locator(".page-header h1")).to_have_text("Filter integrity test")
    expect(page.get_by_role("link", name=re.compile("LCT-2027-"))).to_have_count(0)
