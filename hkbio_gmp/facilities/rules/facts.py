"""Facts of facilities as frozen values, for the rules of this feature and of higher ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

GRADES = ("A", "B", "C", "D", "CNC")
ROOM_GRADES = ("B", "C", "D", "CNC")
GMP_PURPOSE = "production"
PURPOSES = (GMP_PURPOSE, "simulation", "training", "maintenance")


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """A facility's code, its zone (IANA) and the version of its rules that binds new decisions."""

    code: str
    name: str
    name_zh: str
    zone: str
    rules_version: int


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """A room, suite or item of equipment.

    ``air_zone``, ``room`` and ``unit`` (what a chamber is a part of) are codes; ``grade`` is what
    a room is, or what a cabinet or isolator gives inside; ``members`` are the rooms of a suite.
    """

    code: str
    facility: str
    kind: str
    name: str
    name_zh: str
    grade: str | None
    equipment_kind: str | None
    containment: str | None
    capacity: int | None
    air_zone: str | None
    room: str | None
    members: tuple[str, ...]
    bookable: bool
    active: bool
    unit: str | None = None

    @property
    def place(self) -> str | None:
        """The room that it is, or stands in."""
        return self.code if self.kind == "room" else self.room


@dataclass(frozen=True, slots=True)
class ProcessClassFacts:
    """What is made, and what it needs of a room (PE 009-17 Annex 2A 3.11, 3.13).

    ``open_grades`` and ``closed_grades`` are the acceptable grades of the room; open processing
    of a class with ``needs_grade_a`` also needs a cabinet or isolator of grade A in it.
    ``campaign_days`` is how long bookings of one series may follow each other in a room (D).
    """

    code: str
    name: str
    name_zh: str
    purpose: str
    setup_minutes: int
    turnaround_minutes: int
    open_grades: tuple[str, ...]
    closed_grades: tuple[str, ...]
    needs_grade_a: bool
    live_organism: bool
    typical_hours: int | None = None
    campaign_days: int | None = None

    @property
    def setup(self) -> timedelta:
        """Set-up before the slot, part of its occupancy."""
        return timedelta(minutes=self.setup_minutes)

    @property
    def turnaround(self) -> timedelta:
        """The class's minimum turnaround after the slot, part of its occupancy."""
        return timedelta(minutes=self.turnaround_minutes)

    @property
    def is_gmp(self) -> bool:
        """Whether a booking needs a project that quality has accepted."""
        return self.purpose == GMP_PURPOSE

    def grades(self, *, open_processing: bool) -> tuple[str, ...]:
        """Acceptable grades of the room for open or closed processing."""
        return self.open_grades if open_processing else self.closed_grades


@dataclass(frozen=True, slots=True)
class OpeningSlot:
    """Opening hours of one weekday (0 = Monday), local time of the facility's zone."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningPattern:
    """The opening hours of a week."""

    slots: tuple[OpeningSlot, ...]

    def of_weekday(self, weekday: int) -> list[OpeningSlot]:
        """The hours of one weekday (0 = Monday), in order."""
        found = [slot for slot in self.slots if slot.weekday == weekday]
        return sorted(found, key=lambda slot: slot.opens)


@dataclass(frozen=True, slots=True, order=True)
class ClosedDay:
    """A calendar day, in the facility's zone, on which it does not open, and why."""

    day: date
    name: str
    name_zh: str
    source: str
