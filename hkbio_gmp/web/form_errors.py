"""What is wrong with a form: each error, with the way to its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import FieldList, Form, FormField

from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.web.filters import message


def summary(form: Form, extra: Sequence[FieldError] = (), prefix: str = "") -> list[dict[str, str]]:
    """Every error with the address of its field: ``[{"field", "href", "text"}]``.

    ``prefix`` stands before each field's id on the page, where a form is drawn more than once.
    """
    found = [
        {"field": field.name, **_place(field, prefix), "text": str(text)}
        for top in form
        for field in (top, *(leaf for leaf in leaves(top) if leaf is not top))
        for text in _own(field)
    ]
    found += [
        {"field": "", "href": "", "label": "", "text": str(text)}
        for text in getattr(form, "form_errors", ())
    ]
    return found + [_extra(form, error) for error in extra]


def leaves(field: Any) -> Iterator[Any]:
    """The field itself, or for a list of rows each control of each row."""
    match field:
        case FieldList():
            for entry in field.entries:
                yield from leaves(entry)
        case FormField():
            for nested in field.form:
                yield from leaves(nested)
        case _:
            yield field


def _own(field: Any) -> list[Any]:
    """What is wrong with a field itself; a list of rows repeats what its rows say."""
    if isinstance(field.errors, dict):
        return []
    return [error for error in field.errors if not isinstance(error, list | dict)]


def _extra(form: Form, error: FieldError) -> dict[str, str]:
    field = next((one for one in form if one.name == error.field), None)
    return {
        "field": error.field,
        **(_place(field) if field is not None else {"href": "", "label": error.field}),
        "text": f"{message(error.message)} {message(error.remedy)}".strip(),
    }


def _place(field: Any, prefix: str = "") -> dict[str, str]:
    # nobody can go to a field that is not shown
    if field_kind(field) == "hidden":
        return {"href": "", "label": ""}
    return {"href": f"#{prefix}{field.id}", "label": str(field.label.text)}


def take_errors(form: Form, errors: Sequence[FieldError]) -> None:
    """Put a refusal's errors on the fields that they name; the rest on the form itself."""
    for error in errors:
        text = f"{message(error.message)} {message(error.remedy)}".strip()
        if error.field in form:
            field = form[error.field]
            field.errors = [*field.errors, text]
        else:
            form.form_errors.append(text)


def field_kind(field: Any) -> str:
    """Which way a field is drawn: its widget's or type's family."""
    # by name along the ancestry: a feature's own subclass is drawn like its parent
    names = {base.__name__ for base in type(field).__mro__}
    for name, kind in _KINDS:
        if name in names:
            return kind
    return "input"


# the first match wins, so a special kind stands before the one that it descends from
_KINDS = (
    ("HiddenField", "hidden"),
    ("SubmitField", "submit"),
    ("BooleanField", "checkbox"),
    ("RadioField", "radios"),
    ("SelectMultipleField", "checkboxes"),
    ("SelectField", "select"),
    ("TextAreaField", "textarea"),
    ("PasswordField", "password"),
    ("FileField", "file"),
    ("FieldList", "list"),
    ("FormField", "group"),
)
