"""The sessions of a request as rows of its form: laid out, added, copied, taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hkbio_gmp.booking.forms import BookingForm
from hkbio_gmp.booking.services import BookingWish, SessionWish, laid_out
from hkbio_gmp.booking.services.checks import MOST_SESSIONS
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.facilities.rules.templates import ProcessStep
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.filters import localised

_ACT = re.compile(r"(remove|copy)-(\d{1,2})")
_DAY = timedelta(days=1)

Row = dict[str, Any]


def rows_of(sessions: Sequence[SessionWish]) -> list[Row]:
    """Sessions as the data of rows."""
    return [
        {
            "starts_at": one.starts,
            "ends_at": one.ends,
            "attended": one.attended,
            "resources": ", ".join(one.resources or ()),
        }
        for one in sessions
    ]


def laid_out_rows(session: Session, wish: BookingWish) -> list[Row]:
    """The rows of a run of a template, or of a stretch. Raises NotValid."""
    return rows_of(laid_out(session, wish, clock.now()).sessions)


def changed_rows(rows: Sequence[Row], act: str, starts: datetime | None) -> list[Row]:
    """The rows after a press of one of their buttons; unchanged by one that is none."""
    found, kept = _ACT.fullmatch(act), list(rows)
    place = int(found[2]) if found else -1
    if act == "add" and len(kept) < MOST_SESSIONS:
        return [*kept, _following(kept, starts)]
    if act == "clear":
        return []
    if found is None or place >= len(kept):
        return kept
    if found[1] == "remove":
        return [*kept[:place], *kept[place + 1 :]]
    if len(kept) < MOST_SESSIONS:
        kept.insert(place + 1, _later(kept[place], _DAY))
    return kept


def _following(rows: Sequence[Row], starts: datetime | None) -> Row:
    if rows:
        return _later(rows[-1], _DAY)
    return {"starts_at": starts, "ends_at": starts + timedelta(hours=4) if starts else None}


def _later(row: Row, by: timedelta) -> Row:
    edges = {name: row.get(name) for name in ("starts_at", "ends_at")}
    return {**row, **{name: at + by if at else None for name, at in edges.items()}}


def steps_of(session: Session, form: BookingForm, project: Project) -> list[str]:
    """The name of each row's step, where the rows are still those of the template."""
    code = form.template.data
    found = facilities.find_template(session, project.facility.code, code) if code else None
    rows = form.sessions.entries
    if found is None or len(rows) != len(found.steps):
        return ["" for _row in rows]
    return [_name(step, row.form) for step, row in zip(found.steps, rows, strict=True)]


def _name(step: ProcessStep, row: Any) -> str:
    starts, ends = row.starts_at.data, row.ends_at.data
    same = starts is not None and ends is not None and ends - starts == step.length
    return localised(step) if same else ""
