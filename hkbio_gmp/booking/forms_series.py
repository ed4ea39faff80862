"""Forms of series: how often, until when, and what to change of which occurrences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from hkbio_gmp.booking.forms import BookingForm, Choices, VersionedForm
from hkbio_gmp.booking.rules.recurrence import (
    MOST_INTERVAL,
    MOST_OCCURRENCES,
    WEEKDAYS,
    Recurrence,
)
from hkbio_gmp.booking.services.series_scope import MOST_DAYS, SeriesChange
from hkbio_gmp.web.forms import TidyTextAreaField, WholeField

FREQUENCIES: Choices = [
    ("DAILY", _("Every day")),
    ("WEEKLY", _("Every week")),
    ("MONTHLY", _("Every month")),
]
DAYS: Choices = list(
    zip(
        WEEKDAYS,
        (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")),
        strict=True,
    )
)
MONTHLY: Choices = [
    ("day", _("On the same day of the month")),
    ("weekday", _("On the same weekday of the month")),
]
_WEEK = 7


class SeriesForm(BookingForm):
    """A request again and again."""

    frequency = SelectField(_("Repeats"), choices=FREQUENCIES, default="WEEKLY")
    interval = WholeField(
        _("Every how many"),
        [Optional(), NumberRange(1, MOST_INTERVAL)],
        default=1,
        description=_("2 with every week is every other week."),
    )
    weekdays = SelectMultipleField(
        _("On these days"), choices=DAYS, description=_("None ticked: the day of the first start.")
    )
    monthly = SelectField(_("In a month"), choices=MONTHLY, default="day")
    times = WholeField(
        _("How many times"), [Optional(), NumberRange(1, MOST_OCCURRENCES)], default=4
    )
    until = DateField(
        _("Or until"), [Optional()], description=_("The last day; leave the number empty then.")
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; it ends either after some times or by a day."""
        valid = bool(super().validate(extra_validators))
        given = [bool(self.times.data), bool(self.until.data)]
        if sum(given) != 1 and not self.times.errors and not self.until.errors:
            self.times.errors = [gettext("Give a number of times or a last day, one of the two.")]
            valid = False
        return valid

    def rule(self, first: datetime, zone: str) -> Recurrence:
        """The rule; ``first`` (UTC) says the weekday of a month. Only after it validated."""
        frequency, days = self.frequency.data, tuple(self.weekdays.data or ())
        if frequency == "MONTHLY":
            days = (_placed(first, zone),) if self.monthly.data == "weekday" else ()
        return Recurrence(
            frequency=frequency,
            interval=self.interval.data or 1,
            weekdays=days,
            count=self.times.data or None,
            until=self.until.data or None,
        )


def _placed(first: datetime, zone: str) -> str:
    """The first start's weekday with its place in its month; the fifth is the last."""
    day = first.astimezone(ZoneInfo(zone)).date()
    place = (day.day - 1) // _WEEK + 1
    return f"{place if place < 5 else -1}{WEEKDAYS[day.weekday()]}"


class SeriesChangeForm(VersionedForm):
    """What to change of one occurrence, of this and the following, or of all."""

    act = SelectField(
        _("What"),
        choices=[
            ("shift", _("Move in time")),
            ("resources", _("Take other resources")),
            ("cancel", _("Cancel")),
        ],
    )
    scope = SelectField(
        _("Which"),
        choices=[
            ("one", _("This one")),
            ("following", _("This and the following")),
            ("all", _("All")),
        ],
    )
    number = WholeField(_("Occurrence"), [InputRequired(), NumberRange(1, MOST_OCCURRENCES)])
    direction = SelectField(
        _("Direction"), choices=[("later", _("Later")), ("earlier", _("Earlier"))]
    )
    days = WholeField(_("Days"), [Optional(), NumberRange(0, MOST_DAYS)])
    hours = WholeField(_("Hours"), [Optional(), NumberRange(0, 24 * MOST_DAYS)])
    source = SelectField(_("Instead of"))
    target = SelectField(_("Take"))
    reason = TidyTextAreaField(_("Reason"), [InputRequired()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; resources that were not sent are no wrong resources."""
        for field in (self.source, self.target):
            field.validate_choice = bool(field.raw_data)
        return bool(super().validate(extra_validators))

    @property
    def change(self) -> SeriesChange:
        """What is wanted; only after it validated."""
        shifts, swaps = self.act.data == "shift", self.act.data == "resources"
        sign = -1 if self.direction.data == "earlier" else 1
        return SeriesChange(
            act=self.act.data,
            scope=self.scope.data,
            number=self.number.data,
            days=sign * (self.days.data or 0) if shifts else 0,
            minutes=sign * 60 * (self.hours.data or 0) if shifts else 0,
            source=self.source.data if swaps else None,
            target=self.target.data if swaps else None,
        )
