"""Sheets taken away: what is in them, for whom, and that no text runs as a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from hkbio_gmp.web.sheets import harmless
from tests.integration.booking import world
from tests.integration.booking.test_pages import MANAGER, OTHER, REQUESTER, signed_in

HOSTILE = '=HYPERLINK("http://x.example","請按, 這裡")'


def read_csv(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("first", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_is_quoted_when_a_spreadsheet_would_run_it(first: str) -> None:
    assert harmless(first) == f"'{first}"


def test_text_stays_when_it_is_harmless() -> None:
    assert [harmless(cell) for cell in ("a=1", "", 7, None)] == ["a=1", "", 7, ""]


def test_bookings_are_read_back_when_taken_as_csv(lab: Flask) -> None:
    reference = world.ask(world.wish(note=HOSTILE))
    world.ask_b(world.wish(days=30, project="STARTUP-B-P2"))
    (row,) = read_csv(signed_in(lab, REQUESTER), "/bookings/export?lang=en")
    assert (row["Reference"], row["State"]) == (reference, "Requested")
    assert (row["Start"], row["End"]) == ("2027-01-18 09:00", "2027-01-18 17:00")
    assert (row["Time zone"], row["Note"]) == ("Asia/Hong_Kong", f"'{HOSTILE}")


def test_text_is_no_formula_when_taken_as_xlsx(lab: Flask) -> None:
    world.ask(world.wish(note=HOSTILE))
    answer = signed_in(lab, REQUESTER).get("/bookings/export?format=xlsx")
    page = load_workbook(BytesIO(answer.data)).active
    assert page is not None
    cells = {cell.value: cell.data_type for row in page.iter_rows() for cell in row}
    assert cells[HOSTILE] == "s"
    assert "f" not in cells.values()


def test_every_page_is_in_it_when_there_are_many_bookings(
    lab: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hkbio_gmp.booking.present.sheets._BATCH", 2)
    asked = [world.ask(world.wish(days=14 + 3 * n)) for n in range(5)]
    client = signed_in(lab, MANAGER)
    assert [r["Reference"] for r in read_csv(client, "/bookings/export")] == asked[::-1]
    shown = read_csv(client, "/bookings/export?since=2027-01-25&until=2027-01-31&status=requested")
    assert [r["Reference"] for r in shown] == asked[:1:-1]
    assert read_csv(client, "/bookings/export?status=approved") == []
    assert client.get("/bookings/export?since=never").status_code == 302


def test_foreign_uses_are_only_occupied_when_the_calendar_is_taken(lab: Flask) -> None:
    reference = world.ask(world.wish(days=2))
    path = "/calendar/export?facility=LCT&lang=en"
    (row,) = read_csv(signed_in(lab, OTHER), path)
    assert (row["State"], row["Reference"], row["Start"]) == ("Occupied", "", "")
    assert row["Occupied from"] == "2027-01-06 03:00"
    assert read_csv(signed_in(lab, MANAGER), path)[0]["Reference"] == reference
    assert read_csv(signed_in(lab, MANAGER), path + "&resource=LCT-CR2") == []


def test_board_tells_no_foreign_detail_when_a_startup_prints_it(lab: Flask) -> None:
    reference = world.ask(world.wish(days=2))
    path = "/calendar/board?facility=LCT&view=day&from=2027-01-06&lang=en"
    own, other = (signed_in(lab, who).get(path) for who in (REQUESTER, OTHER))
    assert "09:00–17:00" in own.text
    assert "STARTUP-A" in own.text
    assert "from 03:00" in other.text or "03:00–" in other.text
    assert "STARTUP-A" not in other.text
    assert reference not in other.text
    assert "Printed Mon 4 Jan 2027" in own.text


def test_board_has_one_room_and_seven_days_when_asked_so(lab: Flask) -> None:
    world.ask(world.wish(days=2))
    path = "/calendar/board?facility=LCT&view=week&from=2027-01-06&resource=LCT-CR1&lang=en"
    page = signed_in(lab, MANAGER).get(path).text
    assert page.count('scope="row"') == 1
    assert page.count('scope="col"') == 8
    assert page.count("board-use ") == 1
    assert signed_in(lab, MANAGER).get("/calendar/board?view=x&from=never").status_code == 200
