"""Recurrence rules (RFC 5545, 3.3.10) of bookings: the facility's wall time, bounded in count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, NoReturn

from dateutil.rrule import DAILY, MONTHLY, WEEKLY

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message

FREQUENCIES: Final[dict[str, Literal[0, 1, 2, 3, 4, 5, 6]]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_OCCURRENCES = 60
MOST_INTERVAL = 99
DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?")
_KNOWN = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A recurrence rule. Weekdays are MO to SU, of a month with a place before it: 1MO, -1FR.

    It ends after ``count`` occurrences or at ``until``: UTC, or a whole day of the facility.
    """

    frequency: str
    interval: int = 1
    weekdays: tuple[str, ...] = ()
    month_day: int | None = None
    count: int | None = None
    until: datetime | date | None = None

    @property
    def text(self) -> str:
        """The rule as iCalendar writes it."""
        parts = [f"FREQ={self.frequency}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval != 1 else []
        parts += [f"BYDAY={','.join(self.weekdays)}"] if self.weekdays else []
        parts += [f"BYMONTHDAY={self.month_day}"] if self.month_day else []
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={_written(self.until)}"] if self.until else []
        return ";".join(parts)


def _written(until: datetime | date) -> str:
    if isinstance(until, datetime):
        return f"{until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{until:%Y%m%d}"


def parsed(text: str) -> Recurrence:
    """The rule that an iCalendar text says. Raises NotValid for what is not taken of RFC 5545."""
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _sign, value = piece.partition("=")
        if name not in _KNOWN or not value or name in parts:
            refuse_rule(Message("The rule is not understood at {part}.", part=piece[:40] or "-"))
        parts[name] = value
    rule = Recurrence(
        frequency=parts.get("FREQ", ""),
        interval=_number(parts.get("INTERVAL", "1")),
        weekdays=tuple(dict.fromkeys(parts["BYDAY"].split(","))) if "BYDAY" in parts else (),
        month_day=_number(parts["BYMONTHDAY"]) if "BYMONTHDAY" in parts else None,
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=_read_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )
    check_recurrence(rule)
    return rule


def _number(text: str) -> int:
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
        refuse_rule(Message("{part} is no number.", part=text[:40]))
    return int(text)


def _read_until(text: str) -> datetime | date:
    found = _UNTIL.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, *clock = found.groups()
        if clock[0] is None:
            return date(int(year), int(month), int(day))
        hour, minute, second = (int(part) for part in clock)
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        refuse_rule(Message("{part} is no day.", part=text[:40]))


def refuse_rule(said: Message, field: str = "recurrence") -> NoReturn:
    """Refuse a rule by the field that is wrong. Raises NotValid."""
    remedy = Message("Write for example FREQ=WEEKLY;BYDAY=MO,TH;COUNT=8.")
    raise NotValid(Message("The series is not complete."), [FieldError(field, said, remedy)])


def check_recurrence(rule: Recurrence) -> None:
    """Raise NotValid that names every part of the rule which is wrong."""
    wrong = [FieldError(field, said, remedy) for field, bad, said, remedy in _checks(rule) if bad]
    if wrong:
        raise NotValid(Message("The series is not complete."), wrong)


def _checks(rule: Recurrence) -> list[tuple[str, bool, Message, Message]]:
    frequency = rule.frequency in FREQUENCIES
    days = [DAY.fullmatch(day) for day in rule.weekdays]
    placed = any(day is not None and day[1] for day in days)
    return [
        (
            "frequency",
            not frequency,
            Message("There is no such repetition."),
            Message("Use one of: {k}.", k=", ".join(FREQUENCIES)),
        ),
        (
            "interval",
            not 1 <= rule.interval <= MOST_INTERVAL,
            Message("It repeats every 1 to {most}.", most=MOST_INTERVAL),
            Message("Give a number within that."),
        ),
        (
            "weekdays",
            None in days or (placed and rule.frequency != "MONTHLY"),
            Message("These are no weekdays."),
            Message("Use MO to SU; only of a month with a place, such as 1MO or -1FR."),
        ),
        (
            "month_day",
            rule.month_day is not None
            and (rule.frequency != "MONTHLY" or not (1 <= rule.month_day <= 31)),
            Message("There is no such day of the month."),
            Message("Give 1 to 31, with a monthly repetition."),
        ),
        (
            "count",
            rule.count is not None and not 1 <= rule.count <= MOST_OCCURRENCES,
            Message("There must be 1 to {most} repetitions.", most=MOST_OCCURRENCES),
            Message("Ask for fewer; a further series can follow."),
        ),
        (
            "count",
            (rule.count is None) == (rule.until is None),
            Message("The series needs one end: a number of times or a last day."),
            Message("Give one of the two."),
        ),
    ]
