"""Forms of facilities: shape and choices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from hkbio_gmp.facilities.rules.lengths import minutes_of
from hkbio_gmp.facilities.rules.proposals import LONGEST_TEXT, ProjectProposal
from hkbio_gmp.facilities.rules.pseudonyms import LONGEST
from hkbio_gmp.facilities.rules.sections import EQUIPMENT_KINDS
from hkbio_gmp.facilities.rules.templates import MOST_STEPS, ProcessStep
from hkbio_gmp.web.forms import (
    BaseForm,
    FilterForm,
    SignForm,
    TidyStringField,
    TidyTextAreaField,
    WholeField,
)

_STATUSES = [
    ("", _("Any status")),
    ("proposed", _("Proposed")),
    ("accepted", _("Accepted")),
    ("closed", _("Closed")),
]
_WHENCE = _("Where the steps come from, such as a batch record and its version.")
WHY = _("Why, in a sentence. The audit log keeps it.")


class ReasonForm(BaseForm):
    """Why something is done, and which version of it was read."""

    version = WholeField(validators=[InputRequired()], widget=HiddenInput())
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=WHY)


class ClosureForm(BaseForm):
    """Days on which a facility is closed."""

    first = DateField(_("First closed day"), [InputRequired()])
    last = DateField(_("Last closed day"), [InputRequired()], description=_("This day included."))
    name = TidyStringField(_("Name in English"), [InputRequired()], maximum=100)
    name_zh = TidyStringField(_("Name in Chinese"), [InputRequired()], maximum=100)
    source = TidyStringField(
        _("Source"),
        [InputRequired()],
        maximum=200,
        description=_("Who decided it, such as a notice and its date."),
    )
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=WHY)


def is_length(_form: Any, field: Any) -> None:
    """Refuse what is no length of time."""
    if minutes_of(field.data or "") is None:
        raise ValidationError(gettext("Write a length such as 1d 8h, 90m or 0."))


class StepForm(Form):
    """One step of a template as its row on the page."""

    name = TidyStringField(_("Name in English"), [InputRequired()], maximum=100)
    name_zh = TidyStringField(_("Name in Chinese"), [InputRequired()], maximum=100)
    offset = TidyStringField(_("Begins after"), [InputRequired(), is_length], maximum=20)
    length = TidyStringField(_("Lasts"), [InputRequired(), is_length], maximum=20)
    attended = BooleanField(_("People in the room"))
    room = BooleanField(_("Takes a room"))
    equipment = TidyStringField(_("Kinds of equipment"), maximum=200)

    def validate_equipment(self, field: Any) -> None:
        """Known kinds only."""
        unknown = [kind for kind in self.kinds if kind not in EQUIPMENT_KINDS]
        if unknown:
            known = ", ".join(EQUIPMENT_KINDS)
            raise ValidationError(gettext("Use one of: %(known)s.", known=known))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds named, each once."""
        return tuple(dict.fromkeys((self.equipment.data or "").replace(",", " ").split()))

    def step(self, number: int) -> ProcessStep:
        """The step that the row states; only after it validated."""
        return ProcessStep(
            number=number,
            name=self.name.data,
            name_zh=self.name_zh.data,
            offset=timedelta(minutes=minutes_of(self.offset.data) or 0),
            length=timedelta(minutes=minutes_of(self.length.data) or 0),
            attended=self.attended.data,
            room=self.room.data,
            equipment=self.kinds,
        )


class TemplateForm(BaseForm):
    """A process template, step by step."""

    version = WholeField(validators=[Optional()], widget=HiddenInput())
    code = TidyStringField(
        _("Code"),
        [Optional(), Regexp(r"^[A-Z0-9]+(-[A-Z0-9]+)*$", message=_("Capital letters and digits."))],
        maximum=20,
        description=_("Capital letters, digits, hyphens; the facility's code goes before."),
    )
    process_class = SelectField(_("Process class"), [InputRequired()])
    name = TidyStringField(_("Name in English"), [InputRequired()], maximum=100)
    name_zh = TidyStringField(_("Name in Chinese"), [InputRequired()], maximum=100)
    source = TidyStringField(_("Source"), [InputRequired()], maximum=200, description=_WHENCE)
    steps = FieldList(FormField(StepForm), max_entries=MOST_STEPS)
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=WHY)


class ProjectFilterForm(FilterForm):
    """Which projects to list."""

    facility = SelectField(_("Facility"), choices=[], validate_choice=False)
    status = SelectField(_("Status"), choices=_STATUSES, validate_choice=False)


class ProjectForm(BaseForm):
    """A project as its organisation proposes it."""

    organisation = SelectField(_("Organisation"), [InputRequired()])
    facility = SelectField(_("Facility"), [InputRequired()])
    code = TidyStringField(
        _("Code"),
        [InputRequired()],
        maximum=LONGEST,
        description=_("Capital letters, digits and hyphens; your organisation's code goes before."),
    )
    title = TidyStringField(_("Title"), [InputRequired()], maximum=LONGEST_TEXT)
    product = TidyStringField(_("Product"), [InputRequired()], maximum=LONGEST_TEXT)
    process_class = SelectField(_("Process class"), [InputRequired()])
    vector = TidyStringField(
        _("Vector"),
        [Optional()],
        maximum=LONGEST_TEXT,
        description=_("The viral vector that is used or made, if any."),
    )
    infectious = BooleanField(_("Infected or replication-competent material is handled"))
    open_processing = RadioField(
        _("Processing"),
        choices=[("open", _("Open steps")), ("closed", _("Closed system throughout"))],
        default="open",
        description=_("Open steps need grade A with grade B around (PE 009-17 Annex 2A 3.11)."),
    )

    def proposal(self) -> ProjectProposal:
        """What was typed, as the rules read it."""
        return ProjectProposal(
            code=self.code.data or "",
            organisation=self.organisation.data or "",
            facility=self.facility.data or "",
            title=self.title.data or "",
            product=self.product.data or "",
            process_class=self.process_class.data or "",
            vector=self.vector.data or None,
            infectious=bool(self.infectious.data),
            open_processing=self.open_processing.data == "open",
        )


class AcceptForm(SignForm):
    """A signature on the version of a project that was read."""

    version = HiddenField(validators=[InputRequired()])


class BatchForm(BaseForm):
    """A batch, by pseudonym only."""

    code = TidyStringField(
        _("Code"),
        [InputRequired()],
        maximum=LONGEST,
    )
    autologous = BooleanField(_("Autologous: from the patient for the same patient"))
    donor_code = TidyStringField(
        _("Donor code"),
        [Optional()],
        maximum=LONGEST,
        description=_("A pseudonym such as D-0042; only your own key file resolves it."),
    )
