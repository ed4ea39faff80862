"""Quality: verifies a certificate with a signature, suspends it, has it renewed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.world import OPERATOR, PASSWORD, QUALITY


def submit(page: Page, subject: str, number: str, first: str, last: str) -> str:
    """Fill in the form of a new certificate; its reference."""
    page.goto("/certificates/new")
    page.locator("select[name=kind]").select_option("bsc_certification")
    page.locator("select[name=facility]").select_option("LCT")
    page.locator("input[name=subject]").fill(subject)
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=issuer]").fill("Contractor Q")
    page.locator("input[name=issued_on]").fill(first)
    page.locator("input[name=valid_from]").fill(first)
    page.locator("input[name=valid_until]").fill(last)
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url(re.compile(r"/certificates/LCT-CERT-2027-\d{4}$"))
    return page.url.rsplit("/", 1)[-1]


def sign(page: Page, button: str, reason: str = "", password: str = PASSWORD) -> None:
    if reason:
        page.locator("textarea[name=reason]").fill(reason)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name=re.compile(button)).last.click()


def test_certificate_counts_when_quality_has_signed_it(sign_in: SignIn) -> None:
    reference = submit(sign_in(OPERATOR), "LCT-BSC-01", "Q-1", "2027-01-01", "2027-12-31")
    page = sign_in(QUALITY)
    page.goto("/certificates?status=submitted")
    page.get_by_role("row", name=re.compile(reference)).get_by_role("link").click()
    page.get_by_role("link", name="Verify…").click()
    expect(page.locator(".sign-records")).to_contain_text(reference)
    sign(page, "Verify", password="wrong")
    expect(page.locator(".error-summary")).to_contain_text("password is wrong")
    sign(page, "Verify")
    expect(page.locator(".page-header .badge").first).to_have_text("Valid")
    expect(page.locator(".history")).to_contain_text("verified it")
    expect(page.locator(".history")).to_contain_text("SIG-")


def test_whoever_submitted_is_offered_no_decision_when_reading_it(sign_in: SignIn) -> None:
    page = sign_in(QUALITY)
    reference = submit(page, "LCT-BSC-02", "Q-2", "2027-01-01", "2027-12-31")
    expect(page.get_by_role("link", name="Verify…")).to_have_count(0)
    assert page.goto(f"/certificates/{reference}/verify").status == 403  # type: ignore[union-attr]


def test_field_is_named_when_the_dates_are_wrong(sign_in: SignIn) -> None:
    page = sign_in(OPERATOR)
    page.goto("/certificates/new")
    page.locator("select[name=kind]").select_option("bsc_certification")
    page.locator("select[name=facility]").select_option("LCT")
    page.locator("input[name=subject]").fill("LCT-BSC-03")
    page.locator("input[name=number]").fill("Q-3")
    page.locator("input[name=issuer]").fill("Contractor Q")
    for name, day in (("issued_on", "2027-01-01"), ("valid_from", "2027-02-01")):
        page.locator(f"input[name={name}]").fill(day)
    page.locator("input[name=valid_until]").fill("2027-01-15")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("ends before it begins")
    expect(page.locator("input[name=valid_until]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=number]")).to_have_value("Q-3")


def test_reason_is_told_to_its_owner_when_a_certificate_is_suspended(sign_in: SignIn) -> None:
    operator = sign_in(OPERATOR)
    reference = submit(operator, "LCT-BSC-04", "Q-4", "2027-01-01", "2027-12-31")
    page = sign_in(QUALITY)
    page.goto(f"/certificates/{reference}/verify")
    sign(page, "Verify")
    page.get_by_role("link", name="Suspend…").click()
    sign(page, "Suspend", "Smoke test failed")
    expect(page.locator(".page-header .badge").first).to_have_text("Suspended")
    expect(page.locator(".history")).to_contain_text("Smoke test failed")
    operator.goto("/notifications")
    expect(operator.locator("main")).to_contain_text(reference)
    page.get_by_role("link", name="Reinstate…").click()
    sign(page, "Reinstate", "Passed again")
    expect(page.locator(".page-header .badge").first).to_have_text("Valid")


def test_renewal_starts_the_day_after_when_it_is_begun_from_the_old(sign_in: SignIn) -> None:
    operator = sign_in(OPERATOR)
    old = submit(operator, "LCT-BSC-05", "Q-5", "2027-01-01", "2027-01-31")
    page = sign_in(QUALITY)
    page.goto(f"/certificates/{old}/verify")
    sign(page, "Verify")
    operator.goto(f"/certificates/{old}")
    operator.get_by_role("link", name="Submit its renewal").click()
    expect(operator.locator("input[name=valid_from]")).to_have_value("2027-02-01")
    operator.locator("input[name=number]").fill("Q-6")
    operator.locator("input[name=issued_on]").fill("2027-01-04")
    operator.locator("input[name=valid_until]").fill("2028-01-31")
    operator.get_by_role("button", name="Submit", exact=True).click()
    expect(operator.locator("main")).to_contain_text(f"Renews {old}")
