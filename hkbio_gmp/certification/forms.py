"""Forms of certification: shape and choices."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from hkbio_gmp.certification.queries import CertificateFilter
from hkbio_gmp.certification.services import Submission
from hkbio_gmp.web.forms import BaseForm, FilterForm, SignForm, TidyStringField
from hkbio_gmp.web.states import look
from hkbio_gmp.web.versions import Versioned

STATUSES = (
    "submitted",
    "valid",
    "due",
    "expired",
    "suspended",
    "rejected",
    "superseded",
    "withdrawn",
)


class CertificateFilterForm(FilterForm):
    """What to list."""

    status = SelectField(_("State"), validate_choice=False)
    kind = SelectField(_("Kind"), validate_choice=False)
    facility = SelectField(_("Facility"), validate_choice=False)
    text = TidyStringField(_("Subject or reference"), maximum=80)

    def offer(self, kinds: list[tuple[str, str]], facilities: list[tuple[str, str]]) -> None:
        """Fill in the choices."""
        states = [(state, look(state).label) for state in STATUSES]
        self.status.choices = [("", _("Current")), ("all", _("All")), *states]
        self.kind.choices = [("", _("All")), *kinds]
        self.facility.choices = [("", _("All")), *facilities]

    def wanted(self, after: tuple[Any, int] | None) -> CertificateFilter:
        """The filter that the form describes."""
        return CertificateFilter(
            facility=self.facility.data or None,
            kind=self.kind.data or None,
            status=self._status(),
            text=self.text.data or None,
            after=after,
        )

    def _status(self) -> str | None:
        if self.status.data in STATUSES:
            return str(self.status.data)
        return None if self.status.data == "all" else "current"


class DecisionForm(Versioned, SignForm):
    """Quality's decision on the version that was read."""


class CertificateForm(BaseForm):
    """A certificate to submit, first or renewed."""

    kind = SelectField(_("Kind"))
    facility = SelectField(_("Facility"))
    subject = TidyStringField(
        _("Subject"),
        [InputRequired()],
        maximum=254,
        description=_("Code of the facility, room, equipment or organisation, or an e-mail."),
    )
    number = TidyStringField(_("Number"), [InputRequired()], maximum=100)
    issuer = TidyStringField(_("Issued by"), [InputRequired()])
    issued_on = DateField(_("Issued on"), [InputRequired()])
    valid_from = DateField(_("First valid day"), [InputRequired()])
    valid_until = DateField(_("Last valid day"), [InputRequired()])

    def submission(self, subject_type: str, renews: str | None) -> Submission:
        """What the form says."""
        return Submission(
            kind=self.kind.data,
            facility=self.facility.data or None,
            subject_type=subject_type,
            subject_code=self.subject.data,
            number=self.number.data,
            issuer=self.issuer.data,
            issued_on=self.issued_on.data,
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            renews=renews,
        )
