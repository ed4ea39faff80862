"""What answers are made of, as they describe themselves."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

VERDICTS = ["ready", "attention", "blocked"]
SEVERITIES = ["ok", "warn", "block"]
BOOKING_STATES = [
    "draft",
    "requested",
    "approved",
    "rejected",
    "cancelled",
    "expired",
    "waitlisted",
    "in_use",
    "completed",
    "no_show",
]
CERTIFICATE_STATES = [
    "submitted",
    "rejected",
    "valid",
    "due",
    "expired",
    "suspended",
    "superseded",
    "withdrawn",
]


def said(*, null: bool = False) -> fields.String:
    """Text that is always there, null where it may be."""
    return fields.String(required=True, allow_none=null)


def one_of(choices: list[str], *, null: bool = False) -> fields.String:
    """One word of a list; null where it may be."""
    # apispec tells clients the list as it stands, so null has to be in it
    allowed: list[Any] = [*choices, None] if null else list(choices)
    return fields.String(required=True, allow_none=null, validate=OneOf(allowed))


def flag() -> fields.Boolean:
    """true or false."""
    return fields.Boolean(required=True)


def whole(*, null: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=null)


def at(*, null: bool = False, **kwargs: Any) -> fields.DateTime:
    """A time in UTC."""
    return fields.DateTime(required=True, allow_none=null, **kwargs)


def codes() -> fields.List[Any]:
    """Codes or other short texts."""
    return fields.List(fields.String(), required=True)


def many(shape: type[ma.Schema], **kwargs: Any) -> fields.List[Any]:
    """A list of ``shape``."""
    return fields.List(fields.Nested(shape), **{"required": True, **kwargs})


def page_of(shape: type[ma.Schema]) -> ma.Schema:
    """A page of a list of ``shape``."""
    made = ma.Schema.from_dict(
        {"items": many(shape), "next_cursor": said(null=True)}, name=f"{shape.__name__}Page"
    )
    return made()
