"""Forms of facilities: shape and choices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from hkbio_gmp.facilities.rules.proposals import LONGEST_TEXT, ProjectProposal
from hkbio_gmp.facilities.rules.pseudonyms import LONGEST
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
_REASON = _("Why, in a sentence. The audit log keeps it.")


class ReasonForm(BaseForm):
    """Why something is done, and which version of it was read."""

    version = WholeField(validators=[InputRequired()], widget=HiddenInput())
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=_REASON)


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
    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=500, description=_REASON)


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
