"""Filters of the log's page."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from hkbio_gmp.audit.queries import EntryFilter
from hkbio_gmp.kernel.timerange import day_start
from hkbio_gmp.web.forms import FilterForm

_FEATURES = {
    "booking": _("Bookings"),
    "certification": _("Certificates"),
    "facilities": _("Facilities and projects"),
    "identity": _("People and roles"),
}


class AuditFilterForm(FilterForm):
    """Who, what, when, which record."""

    who = SelectField(_("Who"), choices=[("", _("Anybody"))], validate_choice=False)
    what = SelectField(_("What"), choices=[("", _("Anything")), *_FEATURES.items()])
    record_type = SelectField(_("Kind of record"), choices=[("", _("Any"))], validate_choice=False)
    record = StringField(_("Record"), [Optional(), Length(max=80)])
    since = DateField(_("From"), [Optional()])
    until = DateField(_("To, this day included"), [Optional()])

    def wanted(self, zone: str, before: int | None) -> EntryFilter:
        """The filter, its days in ``zone``."""
        last = self.until.data
        return EntryFilter(
            actor=self.who.data or None,
            action=f"{self.what.data}:" if self.what.data else None,
            subject_type=self.record_type.data or None,
            subject_ref=self.record.data or None,
            since=day_start(self.since.data, zone) if self.since.data else None,
            until=day_start(last + timedelta(days=1), zone) if last else None,
            before=before,
        )
