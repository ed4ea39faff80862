"""A request that is sent once more, with the version that it was read at."""

from __future__ import annotations

from flask.testing import FlaskClient

from hkbio_gmp.kernel import clock
from tests.integration.booking.world import NOW, PASSWORD
from tests.load import places, world

BOOKINGS = "/api/v1/bookings"


def test_first_answer_comes_again_when_an_approval_with_if_match_is_repeated(
    client: FlaskClient, tokens: dict[str, str]
) -> None:
    asked = {"Authorization": f"Bearer {tokens[world.A]}"}
    signed = {"Authorization": f"Bearer {tokens[world.MANAGER]}", "Idempotency-Key": "once"}
    approval = {"action": "approve", "reason": "weighed", "signature": {"password": PASSWORD}}
    with clock.frozen(NOW):
        made = client.post(BOOKINGS, json=places.home("a", 0), headers=asked)
        address, signed["If-Match"] = made.headers["Location"], made.headers["ETag"]
        first, again = (
            client.post(f"{address}/transitions", json=approval, headers=signed) for _ in range(2)
        )
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert first.status_code == 200 and "approved" in first.text
