"""Forms that remember which version of a record their reader saw."""

from __future__ import annotations

from wtforms import Form, HiddenField


class Versioned(Form):  # type: ignore[misc]
    """Mixed into a form on a record: what was read is what is decided on."""

    version = HiddenField()

    @property
    def read_version(self) -> int | None:
        """The version that was read, where it is a number."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
