"""The form of a facility's changeover and segregation rules."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FieldList, Form, FormField, SelectField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from hkbio_gmp.facilities.forms import WHY, is_length
from hkbio_gmp.facilities.rules.lengths import minutes_of
from hkbio_gmp.facilities.rules.rulebook import LONGEST_MINUTES, Row, StatedRules
from hkbio_gmp.facilities.rules.segregation import INFECTED, VECTORS
from hkbio_gmp.web.forms import BaseForm, TidyStringField, TidyTextAreaField, WholeField

_SCOPES = [("zone", _("One air zone")), ("room", _("One room")), ("unit", _("One unit"))]
_CONDITIONS = [
    ("", _("always")),
    (VECTORS, _("different vectors")),
    (INFECTED, _("infected material")),
]
_WEIGHTS = [("block", _("Blocks")), ("warn", _("Warns"))]
MOST_RULES = 200


class ChangeoverRowForm(Form):
    """One row of the matrix as it stands on the page."""

    before = SelectField(_("From"), [InputRequired()], validate_choice=False)
    after = SelectField(_("To"), [InputRequired()], validate_choice=False)
    same_series = BooleanField(_("Same series"))
    length = TidyStringField(_("Time"), [InputRequired(), is_length], maximum=20)
    cleaning = TidyStringField(_("Cleaning required"), [InputRequired()], maximum=200)
    source = TidyStringField(_("Source"), [InputRequired()], maximum=200)

    def validate_length(self, field: Any) -> None:
        """Four weeks at most."""
        if (minutes_of(field.data or "") or 0) > LONGEST_MINUTES:
            raise ValidationError(gettext("At most four weeks."))

    @property
    def row(self) -> Row:
        """The row in a facility file's shape; only after it validated."""
        return {
            "from": self.before.data,
            "to": self.after.data,
            "same_series": bool(self.same_series.data),
            "minutes": minutes_of(self.length.data) or 0,
            "cleaning": self.cleaning.data,
            "source": self.source.data,
        }


class SegregationRowForm(Form):
    """Two classes that do not share something at one time."""

    scope = SelectField(_("Within"), choices=_SCOPES)
    one = SelectField(_("Class"), [InputRequired()], validate_choice=False)
    other = SelectField(_("Other class"), [InputRequired()], validate_choice=False)
    condition = SelectField(_("Applies"), choices=_CONDITIONS, default="")
    severity = SelectField(_("Weight"), choices=_WEIGHTS)
    source = TidyStringField(_("Source"), [InputRequired()], maximum=200)

    @property
    def row(self) -> Row:
        """The row in a facility file's shape; only after it validated."""
        return {
            "scope": self.scope.data,
            "classes": [self.one.data, self.other.data],
            "severity": self.severity.data,
            "source": self.source.data,
            **({"condition": self.condition.data} if self.condition.data else {}),
        }


class RulesForm(BaseForm):
    """A facility's changeover and segregation rules, row by row."""

    version = WholeField(validators=[InputRequired()], widget=HiddenInput())
    changeover = FieldList(FormField(ChangeoverRowForm), max_entries=MOST_RULES)
    segregation = FieldList(FormField(SegregationRowForm), max_entries=MOST_RULES)
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=WHY)

    def offer(self, classes: list[tuple[str, str]]) -> None:
        """Fill in the classes of every row."""
        for row in self.changeover:
            row.form.before.choices = row.form.after.choices = classes
        for row in self.segregation:
            row.form.one.choices = row.form.other.choices = classes

    @property
    def stated(self) -> StatedRules:
        """What the rows state; only after they validated."""
        return StatedRules(
            tuple(row.form.row for row in self.changeover),
            tuple(row.form.row for row in self.segregation),
        )
