"""Process templates as a facility file states them: whether they fit it, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from hkbio_gmp.facilities.rules.document import FacilityDocument, Record
from hkbio_gmp.facilities.rules.shape import Problems
from hkbio_gmp.facilities.rules.templates import MOST_STEPS, ProcessStep, step_faults
from hkbio_gmp.kernel.messages import Message


def check_templates(document: FacilityDocument, problems: Problems) -> None:
    """Report every template that the facility could not run as it is written."""
    _check_owners(document, problems)
    lendable = {
        row["kind"] for row in document.equipment if row["bookable"] and row["state"] == "active"
    }
    for n, template in enumerate(document.templates):
        rows = [(m, row) for m, row in enumerate(document.steps) if _is_of(row, template)]
        _check_class(n, template, document, problems)
        _check_number(n, len(rows), problems)
        steps = [step_of(place, row) for place, (_m, row) in enumerate(rows, 1)]
        for fault in step_faults(steps):
            problems.add(("steps", rows[fault.place][0], fault.field), fault.message, fault.remedy)
        if template["state"] == "active":
            _check_kinds(rows, lendable, problems)


def _is_of(row: Record, template: Record) -> bool:
    return bool(row["template"] == template["code"])


def _check_owners(document: FacilityDocument, problems: Problems) -> None:
    known = {row["code"] for row in document.templates}
    for n, row in enumerate(document.steps):
        if row["template"] not in known:
            problems.add(
                ("steps", n, "template"),
                Message("There is no template “{code}” in the file.", code=row["template"][:40]),
                Message("Name one of its [[templates]]."),
            )


def _check_class(n: int, template: Record, document: FacilityDocument, problems: Problems) -> None:
    # A retired template keeps the class that it was for, in use or not.
    known = document.active_classes
    if template["state"] == "retired":
        known = [row["code"] for row in document.classes]
    if template["class"] not in known:
        problems.add(
            ("templates", n, "class"),
            Message("“{code}” is not in the file, or is retired.", code=template["class"][:40]),
            Message("Use one of: {known}.", known=", ".join(known)[:300] or "none"),
        )


def _check_number(n: int, count: int, problems: Problems) -> None:
    if not 0 < count <= MOST_STEPS:
        problems.add(
            ("templates", n),
            Message("A template has 1 to {most} steps.", most=MOST_STEPS),
            Message("Write them as [[steps]] that name its code."),
        )


def _check_kinds(
    rows: Iterable[tuple[int, Record]], lendable: set[str], problems: Problems
) -> None:
    for m, row in rows:
        for kind in row["equipment"]:
            if kind not in lendable:
                problems.add(
                    ("steps", m, "equipment"),
                    Message("No equipment of kind {kind} can be booked here.", kind=kind),
                    Message("Make an item of it bookable, or leave the kind out."),
                )


def step_of(number: int, row: Mapping[str, Any]) -> ProcessStep:
    """A step from the values of its row; minutes become lengths of time."""
    return ProcessStep(
        number=number,
        name=row["name"],
        name_zh=row["name_zh"],
        offset=timedelta(minutes=row["offset_minutes"]),
        length=timedelta(minutes=row["length_minutes"]),
        attended=row["attended"],
        room=row["room"],
        equipment=tuple(row["equipment"]),
    )
