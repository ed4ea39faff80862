"""Forms of identity: shape and choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from hkbio_gmp.extensions import db
from hkbio_gmp.identity.presence import client, settings
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.rules.permissions import ROLES
from hkbio_gmp.identity.services.passwords import LONGEST, SHORTEST
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, prove_password
from hkbio_gmp.kernel.errors import FieldError, SignatureRefused, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.forms import BaseForm, FilterForm, SignForm, TidyStringField, TidyTextAreaField
from hkbio_gmp.web.states import role_label

EMAIL = 254


class SignInForm(BaseForm):
    """E-mail and password."""

    email = TidyStringField(_("E-mail"), [InputRequired()], maximum=EMAIL)
    password = PasswordField(_("Password"), [InputRequired(), Length(max=LONGEST)])


class ChosenPasswordForm(BaseForm):
    """A new password, typed twice."""

    password = PasswordField(
        _("New password"),
        [InputRequired(), Length(min=SHORTEST, max=LONGEST)],
        description=_("At least 12 characters: a long phrase that only you know."),
    )
    again = PasswordField(
        _("New password again"),
        [InputRequired(), EqualTo("password", _("The two do not match; type it again."))],
    )


class PasswordForm(ChosenPasswordForm):
    """A new password, with the present one."""

    current = PasswordField(_("Present password"), [InputRequired(), Length(max=LONGEST)])


class PersonForm(BaseForm):
    """A new account."""

    email = TidyStringField(_("E-mail"), [InputRequired()], maximum=EMAIL)
    name = TidyStringField(_("Name as signatures print it"), [InputRequired()], maximum=100)
    organisation = SelectField(_("Organisation"))


class GrantForm(BaseForm):
    """A role for a person."""

    role = SelectField(_("Role"))
    scope = SelectField(_("Scope"))
    ends = DateField(_("Last day"), [Optional()], description=_("An auditor's role needs one."))

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.role.choices = [(code, role_label(code)) for code in ROLES]
        self.scope.choices = scopes


class ReasonForm(BaseForm):
    """Why something is done."""

    reason = TidyTextAreaField(_("Reason"), [InputRequired()], maximum=1000)


class MaybeReasonForm(BaseForm):
    """Why something is done, where one cares to say."""

    reason = TidyTextAreaField(_("Reason"), maximum=1000)


class LanguageForm(BaseForm):
    """The language of pages and messages."""

    language = SelectField(
        _("Language"), choices=[("en", "English"), ("zh_Hant_HK", "繁體中文（香港）")]
    )


class AccessFilterForm(FilterForm):
    """Narrows the access log to one person."""

    person = StringField(_("Person"), [Optional(), Length(max=20)])


class SignatureForm(SignForm):
    """What a person types to sign, and which version of the record they had before them."""

    version = HiddenField(validators=[InputRequired(), Length(max=20)])
    digest = HiddenField(validators=[InputRequired(), Length(max=64)])

    @classmethod
    def shown(cls, record: SignedRecord) -> dict[str, str]:
        """The hidden fields for a record as it is shown now (``hidden=`` of the sign macros)."""
        return {"version": str(record.version), "digest": record.digest}


def prove_from_form(
    form: SignatureForm, principal: PersonPrincipal, record: SignedRecord
) -> SigningProof:
    """Prove the typed password for the version that was shown; ``record`` is as it is now.

    Raises Stale where the record changed since it was shown, SignatureRefused.
    """
    if (form.version.data, form.digest.data) != (str(record.version), record.digest):
        raise Stale(
            Message("{ref} has changed since you read it. Read it, then sign.", ref=record.ref)
        )
    return _prove(principal, form.password.data or "", record)


def prove_from_body(
    body: Mapping[str, Any], principal: PersonPrincipal, record: SignedRecord
) -> SigningProof:
    """The same from an API body's ``signature``. Raises SignatureRefused."""
    signature = body.get("signature")
    password = signature.get("password") if isinstance(signature, Mapping) else None
    if not isinstance(password, str) or not 0 < len(password) <= LONGEST:
        said = Message("The act is signed and the signature is missing.")
        remedy = Message("Give signature.password: the password that you sign in with.")
        raise SignatureRefused(said, [FieldError("signature.password", said, remedy)])
    return _prove(principal, password, record)


def _prove(principal: PersonPrincipal, password: str, record: SignedRecord) -> SigningProof:
    return prove_password(db.session, settings(), principal.person_id, password, record, client())
