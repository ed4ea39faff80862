"""The newest acts of a log, each with its record and the way there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from hkbio_gmp.audit.queries import Act
from hkbio_gmp.audit.words import history_items, sentence


def act_rows(acts: Sequence[Act], log: str) -> list[dict[str, Any]]:
    """What the history component draws, newest first; instants in UTC."""
    return [_row(act, item, log) for act, item in zip(acts, history_items(acts), strict=True)]


def _row(act: Act, item: dict[str, Any], log: str) -> dict[str, Any]:
    subject = act.head["subject"]
    href = url_for("audit.log", code=log, record_type=subject["type"], record=subject["ref"])
    return {**item, "text": sentence(act), "href": href}
