"""A refused command shown on the form that asked for it, nothing typed lost."""

from __future__ import annotations

from wtforms import Form

from hkbio_gmp.kernel.errors import (
    DomainError,
    NotValid,
    SignatureRefused,
    SlotTaken,
    Stale,
    WrongState,
)
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.web.filters import message
from hkbio_gmp.web.form_errors import take_errors

REFUSED = (NotValid, SlotTaken, WrongState, Stale, SignatureRefused)


def take_refusal(form: Form, error: DomainError) -> list[Finding]:
    """Put what was refused on the form; its findings, for the panel beside it."""
    if error.errors:
        take_errors(form, error.errors)
    else:
        form.form_errors.append(message(error.detail))
    return list(getattr(error, "findings", []))


def status_of(form: Form, error: DomainError | None = None) -> int:
    """The status with which a form is shown again."""
    if error is not None:
        return error.status
    return 422 if form.errors or form.form_errors else 200
