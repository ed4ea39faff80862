"""Forms of identity: shape and choices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import DateField, PasswordField, SelectField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length, Optional

from hkbio_gmp.identity.rules.permissions import ROLES
from hkbio_gmp.identity.services.passwords import LONGEST, SHORTEST
from hkbio_gmp.web.forms import BaseForm, TidyStringField, TidyTextAreaField
from hkbio_gmp.web.states import role_label


class SignInForm(BaseForm):
    """E-mail and password."""

    email = StringField(_("E-mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=LONGEST)])


class PasswordForm(BaseForm):
    """A new password, with the present one."""

    current = PasswordField(_("Present password"), [InputRequired(), Length(max=LONGEST)])
    password = PasswordField(
        _("New password"),
        [InputRequired(), Length(min=SHORTEST, max=LONGEST)],
        description=_("At least 12 characters: a long phrase that only you know."),
    )
    again = PasswordField(
        _("New password again"),
        [InputRequired(), EqualTo("password", _("The two do not match; type it again."))],
    )


class PersonForm(BaseForm):
    """A new account."""

    email = StringField(_("E-mail"), [InputRequired(), Email(), Length(max=254)])
    name = TidyStringField(_("Name as signatures print it"), [InputRequired()], maximum=100)
    organisation = SelectField(_("Organisation"), choices=[("", _("None"))])


class GrantForm(BaseForm):
    """A role for a person."""

    role = SelectField(_("Role"))
    scope = SelectField(_("Scope"))
    ends = DateField(_("Last day"), [Optional()], description=_("An auditor's role needs one."))

    def __init__(self, *args: object, scopes: list[tuple[str, str]], **kwargs: object):
        super().__init__(*args, **kwargs)
        self.role.choices = [(code, role_label(code)) for code in ROLES]
        self.scope.choices = scopes


class ReasonForm(BaseForm):
    """Why something is done."""

    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=1000)


class LanguageForm(BaseForm):
    """The language of pages and messages."""

    language = SelectField(
        _("Language"), choices=[("en", "English"), ("zh_Hant_HK", "繁體中文（香港）")]
    )
