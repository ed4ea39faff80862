"""The calendar by hand: bars dragged, moved by keys, stretches drawn."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations, width_beyond
from tests.journeys.conftest import SignIn, Theme
from tests.journeys.test_approvals import sign
from tests.journeys.test_requester import REQUESTER, ask_for
from tests.journeys.world import MANAGER


def open_week(page: Page, day: date) -> None:
    page.goto(f"/calendar?facility=LCT&view=week&from={day}")


def column(page: Page) -> float:
    box = page.locator(".tl-track").first.bounding_box()
    assert box is not None
    return box["width"] / 7


def drag_bar(page: Page, reference: str, days: float, *, room: str | None = None) -> None:
    """Take the bar in its middle and drop it so many days later, in another row where named."""
    box = page.locator(f'.bar[data-ref="{reference}"] .bar-box').bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=2)
    if room:
        row = page.locator(f'.tl-row[data-resource="{room}"]').bounding_box()
        assert row is not None
        y = row["y"] + row["height"] / 2
    page.mouse.move(x + days * column(page), y, steps=4)
    page.mouse.up()


def shown_slot(page: Page) -> str:
    return page.locator(".drop-facts dd b").inner_text()


def test_bar_goes_back_when_the_rules_refuse_and_moves_when_they_do_not(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    ask_for(page, "LCT-CR1", "2027-08-02T09:00", "2027-08-02T17:00")
    late = ask_for(page, "LCT-CR1", "2027-08-04T09:00", "2027-08-04T17:00")
    open_week(page, date(2027, 8, 2))
    drag_bar(page, late, -1.5)
    dialog = page.locator("#drop")
    expect(dialog.locator("[data-verdict]")).to_have_attribute("data-verdict", "blocked")
    expect(dialog.locator(".finding").first).to_contain_text("LCT-CR1")
    expect(dialog.get_by_role("button", name="Try this").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tl-ghosts")).to_have_count(0)
    drag_bar(page, late, 1, room="LCT-CR2")
    expect(dialog.locator("[data-verdict]")).not_to_have_attribute("data-verdict", "blocked")
    assert "5 Aug" in shown_slot(page)
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    moved = page.locator(f'.tl-row[data-resource="LCT-CR2"] .bar[data-ref="{late}"]')
    starts = datetime(2027, 8, 5, 1, tzinfo=UTC)
    expect(moved).to_have_attribute("data-starts", str(int(starts.timestamp()) // 60))


def test_move_is_proposed_when_the_manager_drags_an_approved_bar(sign_in: SignIn) -> None:
    reference = ask_for(sign_in(REQUESTER), "LCT-CR1", "2027-08-24T09:00", "2027-08-24T17:00")
    page = sign_in(MANAGER)
    page.goto(f"/bookings/{reference}/approve")
    sign(page, "Fits the week")
    open_week(page, date(2027, 8, 23))
    drag_bar(page, reference, 2)
    dialog = page.locator("#drop")
    dialog.get_by_role("button", name="Propose the move").click()
    expect(dialog.locator(".error-summary")).to_contain_text("Reason")
    dialog.locator("textarea[name=reason]").fill("The filters are changed that day")
    dialog.get_by_role("button", name="Propose the move").click()
    expect(page.get_by_role("status")).to_contain_text("The move is with the other side")
    expect(page.locator(".bar[data-ref]")).to_have_count(0)
    expect(page.locator(".timeline .bar-requested")).to_have_count(1)


def test_bar_moves_by_keys_and_says_where_it_is_when_m_is_pressed(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    reference = ask_for(page, "LCT-CR3", "2027-08-10T09:00", "2027-08-10T17:00")
    open_week(page, date(2027, 8, 9))
    page.locator(f'.bar[data-ref="{reference}"] a').focus()
    page.keyboard.press("m")
    live = page.locator("#drag-live")
    expect(live).to_contain_text("Escape puts it back")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(live).to_contain_text("11 Aug, 09:30")
    page.keyboard.press("ArrowUp")
    expect(live).to_contain_text("LCT-CR2")
    page.keyboard.press("Enter")
    expect(page.locator("#drop [data-verdict]")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(live).to_have_text("Put back.")
    expect(page.locator(f'.bar[data-ref="{reference}"] a')).to_be_focused()


def test_request_form_is_filled_when_an_empty_stretch_is_drawn(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    open_week(page, date(2027, 9, 6))
    box = page.locator('.tl-row[data-resource="LCT-CR3"] .tl-track').bounding_box()
    assert box is not None
    day, y = box["width"] / 7, box["y"] + 24
    page.mouse.move(box["x"] + day * (1 + 9 / 24), y)
    page.mouse.down()
    page.mouse.move(box["x"] + day * (1 + 17 / 24), y, steps=3)
    page.mouse.up()
    page.wait_for_url(re.compile("/bookings/new"))
    expect(page.locator("input[name=resources][value=LCT-CR3]")).to_be_checked()
    expect(page.locator("#starts_at")).to_have_value("2027-09-07T09:00")
    expect(page.locator("#ends_at")).to_have_value("2027-09-07T17:00")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh_Hant_HK"])
def test_calendar_is_accessible_when_bars_can_be_taken(
    sign_in: SignIn, theme: Theme, language: str
) -> None:
    page = sign_in(REQUESTER, theme=theme)
    page.goto(f"/calendar?facility=LCT&from=2027-01-18&lang={language}")
    expect(page.locator(".bar[data-ref]").first).to_be_visible()
    assert violations(page) == []
    assert width_beyond(page) <= 0


@pytest.mark.parametrize("view", ["day", "week"])
def test_board_prints_on_landscape_paper_when_it_is_asked_for(sign_in: SignIn, view: str) -> None:
    page = sign_in(MANAGER)
    page.goto("/calendar?facility=LCT&view=week&from=2027-01-18")
    page.get_by_role("link", name="Board").click()
    page.get_by_role("link", name=view.title(), exact=True).click()
    expect(page.locator(".board-use").first).to_contain_text("STARTUP-A")
    assert violations(page) == []
    paper = page.pdf(prefer_css_page_size=True)
    found = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert found is not None
    assert (round(float(found[1])), round(float(found[2]))) == (842, 595)
    page.emulate_media(media="print")
    expect(page.locator(".board-stamp")).to_be_visible()
    expect(page.locator(".topbar")).to_be_hidden()


def test_address_is_shown_once_when_it_is_made(sign_in: SignIn) -> None:
    page = sign_in(REQUESTER)
    page.goto("/calendar")
    page.get_by_role("link", name="Calendar addresses").click()
    page.get_by_role("button", name="Make the address").click()
    address = page.locator("#feed-address").input_value()
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.text().startswith("BEGIN:VCALENDAR")
    assert violations(page) == []
    page.goto("/calendar/feeds")
    expect(page.locator("#feed-address")).to_have_count(0)
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The address has ended.")
    assert page.request.get(address).status == 404
