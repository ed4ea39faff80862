"""What WTForms says of a wrong field, in the page's language and with the remedy."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms.i18n import get_translations

_DATE = _("There is no such date. Give one such as 2027-01-31.")
WHOLE = _("This is no whole number. Give one in digits.")
_CHOICE = _("This is not on the list. Choose what is.")
_OURS = {
    "Not a valid date value.": _DATE,
    "Not a valid datetime value.": _("There is no such time. Give one such as 2027-01-31 09:00."),
    "Not a valid integer value.": WHOLE,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
}


class _Words:
    """WTForms' own messages; where they tell no remedy, ours."""

    def __init__(self, theirs: Any):
        self._theirs = theirs

    def gettext(self, text: str) -> str:
        """One message."""
        return str(_OURS[text]) if text in _OURS else str(self._theirs.gettext(text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """One message about a number of things."""
        return str(self._theirs.ngettext(singular, plural, count))


def words() -> _Words:
    """The messages in the page's language; their ``zh`` is Simplified, so ``zh_TW`` is named."""
    locale = get_locale()
    return _Words(get_translations(["zh_TW" if locale and locale.language == "zh" else "en"]))
