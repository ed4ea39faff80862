"""Shapes of what comes in about series of bookings."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from hkbio_gmp.api.fields import Counted, Strict, moment, text
from hkbio_gmp.api.schemas import LONGEST_NOTE, MOST_SHIFT, BookingBody
from hkbio_gmp.booking.rules.recurrence import MOST_OCCURRENCES

MOST_DAYS = 92


def occurrence_number(**kwargs: Any) -> Counted:
    """The number of an occurrence."""
    return Counted(validate=validate.Range(1, MOST_OCCURRENCES), **kwargs)


class AdjustBody(Strict):
    """One occurrence at another time or on other resources than the rule says."""

    number = occurrence_number(required=True)
    starts_at = moment()
    resources = fields.List(text(60), validate=validate.Length(1, 20))


class SeriesBody(BookingBody):
    """A booking again and again, by an iCalendar rule (RFC 5545) of days, weeks or months."""

    class Meta(BookingBody.Meta):
        exclude = ("draft", "waitlist")

    recurrence = text(200, required=True)
    take = fields.String(load_default="all", validate=validate.OneOf(["all", "fitting"]))
    leave_out = fields.List(
        occurrence_number(), validate=validate.Length(0, MOST_OCCURRENCES), load_default=list
    )
    adjust = fields.List(
        fields.Nested(AdjustBody), validate=validate.Length(0, MOST_OCCURRENCES), load_default=list
    )


class SeriesChangeBody(Strict):
    """A change of one occurrence, of this and the following, or of all."""

    action = fields.String(required=True, validate=validate.OneOf(["shift", "resources", "cancel"]))
    scope = fields.String(load_default="all", validate=validate.OneOf(["one", "following", "all"]))
    number = occurrence_number(load_default=1)
    days = Counted(validate=validate.Range(-MOST_DAYS, MOST_DAYS))
    minutes = Counted(validate=validate.Range(-MOST_SHIFT, MOST_SHIFT))
    instead_of = text(60)
    take = text(60)
    reason = text(LONGEST_NOTE, allow_none=True, load_default=None)

    @ma.validates_schema
    def fitting(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Each action takes its own members alone."""
        for action, names in _OWN.items():
            given = [name for name in names if name in data]
            if given and data.get("action") != action:
                raise ma.ValidationError(f"Only the action {action} takes this.", given[0])


_OWN = {"shift": ("days", "minutes"), "resources": ("instead_of", "take")}
