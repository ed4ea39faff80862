"""What the drawings of reports show: widths in percent, so that a page needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.reporting.rules.budget import Budget

WORDS = {
    "used": N_("In slots"),
    "changeover": N_("Set-up and turnaround"),
    "gap": N_("Longer changeover of a pair"),
    "no_show": N_("No-show"),
    "outage": N_("Outages"),
    "requalification": N_("Requalification"),
    "shutdown": N_("Shutdown"),
    "free": N_("Free"),
}
"""The causes from the bottom of a bar up."""


@dataclass(frozen=True, slots=True)
class Fall:
    """One row of a waterfall: what stands, or what is taken off. Percent of the calendar."""

    label: Message
    cause: str
    length: timedelta
    starts: float
    width: float
    taken: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar, in percent of the bar."""

    cause: str
    label: Message
    length: timedelta
    starts: float
    width: float


def waterfall(spent: Budget) -> list[Fall]:
    """From the calendar down to what was used in slots, every loss by its cause."""
    whole = spent.calendar
    if not whole:
        return []
    rows = [_stands(N_("Calendar"), "calendar", whole, whole)]
    left = whole
    for cause in ("shutdown", "requalification"):
        left = _take(rows, spent, cause, left, whole)
    rows.append(_stands(N_("Usable"), "usable", left, whole))
    for cause in ("outage", "changeover", "gap", "no_show", "free"):
        left = _take(rows, spent, cause, left, whole)
    rows.append(_stands(N_("In slots"), "used", left, whole))
    return rows


def _stands(label: str, cause: str, length: timedelta, whole: timedelta) -> Fall:
    return Fall(Message(label), cause, length, 0.0, 100 * (length / whole), taken=False)


def _take(
    rows: list[Fall], spent: Budget, cause: str, left: timedelta, whole: timedelta
) -> timedelta:
    length: timedelta = getattr(spent, cause)
    after = left - length
    width = 100 * (length / whole)
    rows.append(
        Fall(Message(WORDS[cause]), cause, length, 100 * (after / whole), width, taken=True)
    )
    return after


def stacked(spent: Budget) -> list[Part]:
    """The parts of a bar that shows all of a room's or a week's time, without empty ones."""
    whole = spent.calendar
    found, at = [], 0.0
    for cause, label in WORDS.items():
        length: timedelta = getattr(spent, cause)
        if not length:
            continue
        width = 100 * (length / whole)
        found.append(Part(cause, Message(label), length, at, width))
        at += width
    return found
