"""What exists in the house, in the API's words, for examples that get past the door."""

from __future__ import annotations

import random
from typing import Any

from tests.integration.booking import world

REFERENCES = {
    "bookings": ["LCT-2027-000001", "LCT-2027-000002", "LCT-2027-000004", "LCT-2027-000005"],
    "certificates": ["LCT-CERT-2027-0001"],
    "series": ["LCT-SER-2027-0001"],
}
PATHS = {"code": "LCT", "log": "LCT"}
ARGUMENTS = {
    "/slots": {
        "process_class": "gene_modified_cell",
        "hours": 8,
        "from": "2027-01-20T00:00:00Z",
        "to": "2027-01-27T00:00:00Z",
    },
}
BODIES: dict[str, dict[str, Any]] = {
    "/bookings": {
        "facility": "LCT",
        "project": "STARTUP-A-P1",
        "batch": "STARTUP-A-P1-B1",
        "resources": [world.ROOM],
        "starts_at": "2027-02-20T01:00:00Z",
        "ends_at": "2027-02-20T09:00:00Z",
    },
    "/series": {
        "facility": "LCT",
        "project": "STARTUP-A-P1",
        "resources": [world.ROOM],
        "starts_at": "2027-03-01T01:00:00Z",
        "ends_at": "2027-03-01T05:00:00Z",
        "recurrence": "FREQ=WEEKLY;COUNT=3",
        "take": "fitting",
    },
    "/series/preview": {
        "facility": "LCT",
        "project": "STARTUP-A-P1",
        "resources": [world.ROOM],
        "starts_at": "2027-03-02T01:00:00Z",
        "ends_at": "2027-03-02T05:00:00Z",
        "recurrence": "FREQ=DAILY;COUNT=3",
    },
    "/series/{reference}/changes": {
        "action": "cancel",
        "scope": "one",
        "number": 2,
        "reason": "late",
    },
    "/bookings/{reference}": {"note": "kept cold"},
    "/bookings/{reference}/transitions": {"action": "cancel", "reason": "tried"},
    "/certificates": {
        "kind": "room_qualification_ab",
        "facility": "LCT",
        "subject": {"type": "resource", "code": world.ROOM},
        "number": "7",
        "issuer": "Invented",
        "issued_on": "2027-01-04",
        "valid_from": "2027-01-04",
        "valid_until": "2027-07-03",
    },
    "/certificates/{reference}/transitions": {
        "action": "verify",
        "signature": {"password": world.PASSWORD},
    },
    "/projects": {
        "code": "STARTUP-A-P7",
        "organisation": "STARTUP-A",
        "facility": "LCT",
        "title": "Invented",
        "product": "Invented",
        "process_class": "gene_modified_cell",
    },
    "/batches": {"code": "STARTUP-A-P1-B7", "project": "STARTUP-A-P1", "autologous": True},
    "/outages": {
        "resource": world.ROOM,
        "from": "2027-03-20T01:00:00Z",
        "until": "2027-03-20T09:00:00Z",
        "kind": "planned",
        "reason": "filters",
    },
}


def make_homely(case: Any, chance: random.Random) -> None:
    """Let a case speak of what exists, but for a few of the things that were made up for it."""
    path = case.operation.path.removeprefix("/api/v1")
    if isinstance(case.path_parameters, dict):
        kind = path.split("/")[1]
        for name in case.path_parameters:
            known = REFERENCES.get(kind, [""]) if name == "reference" else [PATHS.get(name, "")]
            case.path_parameters[name] = chance.choice(known)
    for header in ("Authorization", "If-Match"):
        case.headers.pop(header, None)
    if isinstance(case.query, dict):
        case.query = {**ARGUMENTS.get(path, {}), **_few(case.query, chance)}
    if path in BODIES and isinstance(case.body, dict):
        case.body = {**BODIES[path], **_few(case.body, chance)}


def _few(made_up: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    kept = chance.choice([0, 0, 1, 1, 2])
    return {name: made_up[name] for name in chance.sample(sorted(made_up), min(kept, len(made_up)))}
