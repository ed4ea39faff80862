"""An auditor: reads who did what, verifies it, changes nothing, and leaves a trace."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_approvals import sign
from tests.journeys.world import ADMIN, AUDITOR, MANAGER

REFERENCE = "LCT-2027-000001"


def test_approval_is_read_back_and_verified_when_an_auditor_asks(sign_in: SignIn) -> None:
    manager = sign_in(MANAGER)
    manager.goto(f"/bookings/{REFERENCE}/approve")
    sign(manager, "Checked with the contractor")
    page = sign_in(AUDITOR)
    page.goto("/audit/LCT")
    page.locator("input[name=record]").fill(REFERENCE)
    page.get_by_role("button", name="Apply").click()
    act = page.locator(".act").first
    expect(act).to_contain_text(f"approved {REFERENCE}")
    expect(act).to_contain_text("reason: “Checked with the contractor”")
    expect(act).to_contain_text("Signed SIG-000001")
    expect(act.locator("del", has_text="requested")).to_be_visible()
    expect(act.locator("ins", has_text=re.compile("^approved$")).first).to_be_visible()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("status")).to_contain_text("entries hold")
    expect(page.locator(".banner")).to_contain_text("every entry holds")


def test_folded_fields_open_when_asked(sign_in: SignIn) -> None:
    page = sign_in(AUDITOR)
    page.goto(f"/audit/LCT?record_type=booking&record={REFERENCE}")
    fold = page.locator("details.fold").first
    expect(fold.locator("dl")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("dl")).to_be_visible()


def test_nothing_is_offered_or_taken_when_an_auditor_would_change_it(sign_in: SignIn) -> None:
    page = sign_in(AUDITOR)
    page.goto(f"/bookings/{REFERENCE}")
    for name in ("Approve…", "Reject…", "Cancel…", "Move"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    for path in (f"/bookings/{REFERENCE}/cancel", "/outages/new", "/certificates/new"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403, path


def test_other_facilitys_log_answers_as_an_absent_one_when_opened(sign_in: SignIn) -> None:
    page = sign_in(AUDITOR)
    statuses = []
    for log in ("CUHK", "SYSTEM", "NOWHERE"):
        answer = page.goto(f"/audit/{log}")
        assert answer is not None
        statuses.append(answer.status)
    assert statuses == [404, 404, 404]


def test_reads_leave_a_trace_when_an_auditor_reads(sign_in: SignIn) -> None:
    page = sign_in(AUDITOR)
    page.goto(f"/bookings/{REFERENCE}")
    admin = sign_in(ADMIN)
    admin.goto("/admin/access")
    expect(admin.locator("main")).to_contain_text(f"/bookings/{REFERENCE}")
