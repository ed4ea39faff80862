"""Whether the parts of a facility file fit each other. Every check reports all that it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zoneinfo import available_timezones

from hkbio_gmp.facilities.rules.changeover import ANY, ChangeoverRule, uncovered
from hkbio_gmp.facilities.rules.document import FacilityDocument, Record, hours_key, resources
from hkbio_gmp.facilities.rules.segregation import SegregationRule, repeated
from hkbio_gmp.facilities.rules.shape import Problems
from hkbio_gmp.facilities.rules.stated_templates import check_templates
from hkbio_gmp.kernel.messages import Message

FACILITY_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
CLASS_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_PART_CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")
_LONGEST_CODE = 40
_LONGEST_CLOSURE_DAYS = 366
_MOST_PAIRS_NAMED = 5


def check(document: FacilityDocument, problems: Problems) -> None:
    """Report everything in ``document`` that does not fit together."""
    _check_facility(document, problems)
    _check_codes(document, problems)
    _check_rooms(document, problems)
    _check_suites(document, problems)
    _check_equipment(document, problems)
    _check_hours(document, problems)
    _check_closures(document, problems)
    _check_changeover(document, problems)
    _check_segregation(document, problems)
    check_templates(document, problems)


def _check_facility(document: FacilityDocument, problems: Problems) -> None:
    if not FACILITY_CODE.fullmatch(document.code) or document.code == "SYSTEM":
        problems.add(
            ("facility", "code"),
            Message("“{code}” cannot be a facility's code.", code=document.code[:40]),
            Message("Use 2 to 12 capital letters and digits, not SYSTEM."),
        )
    if document.facility["zone"] not in available_timezones():
        problems.add(
            ("facility", "zone"),
            Message("There is no time zone “{zone}”.", zone=document.facility["zone"][:40]),
            Message("Use an IANA name such as Asia/Hong_Kong."),
        )


def _check_codes(document: FacilityDocument, problems: Problems) -> None:
    places = [(section, n, row) for section, n, row in resources(document)]
    parts = {
        "zones": [("zones", n, row) for n, row in enumerate(document.zones)],
        "resources": places,
        "closures": [("closures", n, row) for n, row in enumerate(document.closures)],
        "templates": [("templates", n, row) for n, row in enumerate(document.templates)],
    }
    for rows in parts.values():
        _check_unique(rows, problems)
        _check_prefix(document.code, rows, problems)
    classes = [("classes", n, row) for n, row in enumerate(document.classes)]
    _check_unique(classes, problems)
    for section, n, row in classes:
        if not CLASS_CODE.fullmatch(row["code"]):
            problems.add(
                (section, n, "code"),
                Message("“{code}” cannot be a class's code.", code=row["code"][:40]),
                Message("Use 2 to 40 small letters, digits and underscores."),
            )


def _check_unique(rows: Iterable[tuple[str, int, Record]], problems: Problems) -> None:
    seen = set()
    for section, n, row in rows:
        if row["code"] in seen:
            problems.add(
                (section, n, "code"),
                Message("{code} stands in the file twice.", code=row["code"][:40]),
                Message("Give each its own code."),
            )
        seen.add(row["code"])


def _check_prefix(
    facility: str, rows: Iterable[tuple[str, int, Record]], problems: Problems
) -> None:
    for section, n, row in rows:
        code = row["code"]
        fits = _PART_CODE.fullmatch(code) and len(code) <= _LONGEST_CODE
        if not fits or not code.startswith(f"{facility}-"):
            problems.add(
                (section, n, "code"),
                Message("“{code}” does not begin with the facility's code.", code=code[:40]),
                Message(
                    "Write {facility}- and capital letters, digits, hyphens.",
                    facility=facility[:40],
                ),
            )


def _check_known(
    path: tuple[str | int, ...],
    named: Iterable[str],
    known: Sequence[str],
    problems: Problems,
) -> None:
    for code in named:
        if code not in known:
            problems.add(
                path,
                Message("“{code}” is not in the file, or is retired.", code=code[:40]),
                Message("Use one of: {known}.", known=", ".join(known)[:300] or "none"),
            )


def _usable(rows: Sequence[Record], active: bool) -> list[str]:
    return [row["code"] for row in rows if not active or row["state"] == "active"]


def _check_rooms(document: FacilityDocument, problems: Problems) -> None:
    for n, row in enumerate(document.rooms):
        zones = _usable(document.zones, row["state"] == "active")
        _check_known(("rooms", n, "zone"), [row["zone"]], zones, problems)


def _check_suites(document: FacilityDocument, problems: Problems) -> None:
    for n, row in enumerate(document.suites):
        rooms = _usable(document.rooms, row["state"] == "active")
        _check_known(("suites", n, "rooms"), row["rooms"], rooms, problems)
        if len(set(row["rooms"])) != len(row["rooms"]) or not row["rooms"]:
            problems.add(
                ("suites", n, "rooms"),
                Message("A suite names each of its rooms once, and at least one."),
                Message("List the codes of its rooms."),
            )


def _check_equipment(document: FacilityDocument, problems: Problems) -> None:
    for n, row in enumerate(document.equipment):
        rooms = _usable(document.rooms, row["state"] == "active")
        if row["room"] is not None:
            _check_known(("equipment", n, "room"), [row["room"]], rooms, problems)


def _check_hours(document: FacilityDocument, problems: Problems) -> None:
    for n, row in enumerate(document.hours):
        if row["opens"] >= row["closes"]:
            problems.add(
                ("hours", n, "closes"),
                Message("It closes before it opens."),
                Message("Give a later time on the same day."),
            )
    # Neighbours in time are enough: an overlap always shows between two of them.
    ordered = sorted(enumerate(document.hours), key=lambda pair: hours_key(pair[1]))
    for (_, before), (n, after) in pairwise(ordered):
        if before["day"] == after["day"] and after["opens"] < before["closes"]:
            problems.add(
                ("hours", n, "opens"),
                Message("Two opening hours on {day} overlap.", day=after["day"]),
                Message("Join them, or move one."),
            )


def _check_closures(document: FacilityDocument, problems: Problems) -> None:
    for n, row in enumerate(document.closures):
        if not 0 <= (row["last"] - row["first"]).days < _LONGEST_CLOSURE_DAYS:
            problems.add(
                ("closures", n, "last"),
                Message("A closure ends on or after its first day, within a year."),
                Message("Give the last closed day."),
            )


def changeover_rules(document: FacilityDocument) -> list[ChangeoverRule]:
    """The file's changeover rows as rules, in order: the first that fits decides."""
    return [
        ChangeoverRule(
            row["from"],
            row["to"],
            row["same_series"],
            row["minutes"],
            row["cleaning"],
            row["source"],
        )
        for row in document.changeover
    ]


def _check_changeover(document: FacilityDocument, problems: Problems) -> None:
    known = [ANY, *(row["code"] for row in document.classes)]
    for n, row in enumerate(document.changeover):
        for key in ("from", "to"):
            _check_known(("changeover", n, key), [row[key]], known, problems)
    # A pair without a row would leave the calendar's trigger without an answer.
    missing = uncovered(changeover_rules(document), document.active_classes)
    if missing:
        named = [f"{a} → {b}{' (same series)' if same else ''}" for a, b, same in missing]
        problems.add(
            ("changeover",),
            Message(
                "No changeover for {count} pairs: {pairs}",
                count=len(missing),
                pairs=", ".join(named[:_MOST_PAIRS_NAMED]),
            ),
            Message("Add rows; a last one from “*” to “*” answers for all others."),
        )


def segregation_rules(document: FacilityDocument) -> list[SegregationRule]:
    """The file's segregation rows as rules; each names two classes."""
    return [_segregation_rule(row) for row in document.segregation]


def _segregation_rule(row: Record) -> SegregationRule:
    one, other = row["classes"]
    return SegregationRule(
        row["scope"], one, other, row["severity"], row["source"], row.get("condition") or ""
    )


def _check_segregation(document: FacilityDocument, problems: Problems) -> None:
    known = [*(row["code"] for row in document.classes), ANY]
    whole = True
    for n, row in enumerate(document.segregation):
        _check_known(("segregation", n, "classes"), row["classes"], known, problems)
        if len(row["classes"]) != 2:
            whole = False
            problems.add(
                ("segregation", n, "classes"),
                Message("A row speaks of two classes."),
                Message("Write two codes; one class against itself by writing it twice."),
            )
    for n in repeated(segregation_rules(document)) if whole else []:
        problems.add(
            ("segregation", n, "classes"),
            Message("An earlier row speaks of these two already."),
            Message("Remove one of them."),
        )
