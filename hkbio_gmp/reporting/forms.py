"""Forms of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import Optional

from hkbio_gmp.web.forms import FilterForm


class UtilisationForm(FilterForm):
    """The days to report on."""

    since = DateField(_("From"), [Optional()])
    until = DateField(_("To"), [Optional()])
