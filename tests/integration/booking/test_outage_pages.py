"""Planning an outage on its pages."""

from __future__ import annotations

from flask import Flask

from tests.integration.booking import world


def test_windows_are_compared_and_the_best_is_taken_up_when_asked(lab: Flask) -> None:
    booked = world.ask(world.wish(8, 24 * 3, operators=("operator@a.example",)))
    client = lab.test_client()
    signed = {"email": "manager@lct.example", "password": world.PASSWORD}
    client.post("/login", data=signed)
    page = client.get(f"/outages/what-if?resource={world.ROOM}&hours=24&since=2027-01-10")
    assert page.status_code == 200
    assert "Least harmful" in page.text and booked in page.text
    given = {"resource": world.ROOM, "kind": "planned", "reason": "filter", "times": "1"}
    days = {"starts_at": "2027-01-12T08:00", "ends_at": "2027-01-13T08:00"}
    preview = client.post("/outages/new", data={**given, **days})
    assert preview.status_code == 200
    assert booked in preview.text and 'value="save"' in preview.text
