"""Strict fields: nothing is guessed of what merely looks like a value."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from hkbio_gmp.kernel.texts import is_plain
from hkbio_gmp.kernel.timerange import FIRST_YEAR, LAST_YEAR, within_reach


def no_control(text: str) -> None:
    """Refuse NUL and other control characters, and halves of characters."""
    if not is_plain(text):
        raise ma.ValidationError("Take out the invisible control character.")


def text(longest: int, *, least: int = 1, **kwargs: Any) -> fields.String:
    """A string without control characters."""
    return fields.String(validate=[validate.Length(least, longest), no_control], **kwargs)


class Whole(fields.Integer):
    """A whole number; true, false and fractions are refused."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid")
        return super()._validated(value)


class Counted(Whole):
    """A whole number in a body, where text that looks like one is refused."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, str):
            raise self.make_error("invalid")
        return super()._validated(value)


class Flag(fields.Boolean):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def moment(**kwargs: Any) -> fields.AwareDateTime:
    """A time with an offset."""
    return fields.AwareDateTime(format="iso", validate=[_reasonable], **kwargs)


def _reasonable(value: Any) -> None:
    if not within_reach(value):
        raise ma.ValidationError(f"The year is not from {FIRST_YEAR} to {LAST_YEAR}.")


def day(**kwargs: Any) -> fields.Date:
    """A calendar day."""
    return fields.Date(format="iso", validate=[_reasonable], **kwargs)


class Strict(ma.Schema):
    """Unknown members are refused by name."""

    class Meta:
        unknown = ma.RAISE
