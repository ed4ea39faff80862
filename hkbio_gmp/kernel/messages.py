"""Text for people, made where no language is known yet.

A :class:`Message` carries the English template, which is the translation key, and its values;
the web layer translates it, the API and the command line print the English.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

Value = str | int | date | datetime | None


class Message:
    """A sentence with named values: ``Message("Occupied until {until}", until=instant)``."""

    __slots__ = ("template", "values", "zone")

    def __init__(self, template: str, /, zone: str = "Asia/Hong_Kong", **values: Value | Message):
        self.template = template
        self.values = values
        self.zone = zone

    def english(self) -> str:
        """Return the English sentence, times in the message's zone."""
        shown = {name: self._plain(value) for name, value in self.values.items()}
        return self.template.format(**shown) if shown else self.template

    def _plain(self, value: Value | Message) -> str:
        if isinstance(value, Message):
            return value.english()
        if isinstance(value, datetime):
            local = value.astimezone(ZoneInfo(self.zone))
            return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
        if isinstance(value, date):
            return f"{value:%a} {value.day} {value:%b %Y}"
        return str(value)

    def __str__(self) -> str:
        return self.english()

    def __repr__(self) -> str:
        return f"Message({self.english()!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self._key() == other._key()

    def __hash__(self) -> int:
        # its words would have to be put together; equal messages have equal templates
        return hash(self.template)

    def _key(self) -> tuple[str, str, dict[str, Value | Message]]:
        return self.template, self.zone, self.values


def N_(template: str) -> str:
    """Mark a string for translation without translating it now."""
    return template
