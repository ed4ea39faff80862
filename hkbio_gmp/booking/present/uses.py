"""What booking adds to the pages of facilities and resources: present state and next uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.present.bars import Run, runs
from hkbio_gmp.booking.queries.planned import list_older_pairs, planned_uses
from hkbio_gmp.booking.rules.occupancy import RuleBook, breaks
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.panels import State
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.kernel.timerange import TimeRange

READ = "booking:slot:read"
APPROVE = "booking:slot:approve"
_AHEAD = timedelta(days=42)
_MOST = 6
_SHOWN = {"in_use", "cleaning", "occupied"}


def uses_panel(session: Session, principal: Principal, row: Any) -> str:
    """The next uses of a resource, others' as occupied; nothing to those who may not read."""
    if not isinstance(principal, PersonPrincipal) or not principal.may(READ):
        return ""
    if not row.bookable:
        return ""
    now = clock.now()
    found = _runs(session, principal, row.facility.code, TimeRange(now, now + _AHEAD))
    mine = [run for run in found if run.head.resource == row.code][:_MOST]
    return render_template("booking/_uses.html", runs=mine, resource=row)


def urgent_panel(session: Session, principal: Principal, row: Any) -> str:
    """What of a project's batches was approved alone, and who countersigned it."""
    if not isinstance(principal, PersonPrincipal) or not principal.may(READ):
        return ""
    rows = queries.list_urgent(session, principal, row.code)
    if not rows:
        return ""
    return render_template("booking/_urgent_of.html", rows=rows, now=clock.now())


def older_pairs_panel(session: Session, principal: Principal, row: Any) -> str:
    """Planned pairs that only the present rules forbid; for those who approve at the facility."""
    if not isinstance(principal, PersonPrincipal) or not principal.may(APPROVE, facility=row.code):
        return ""
    pairs = list_older_pairs(session, row.code, clock.now())
    return render_template("booking/_older_pairs.html", pairs=pairs, facility=row)


def draft_pairs_panel(session: Session, principal: Principal, row: Any) -> str:
    """Planned pairs that rules not in force yet would keep further apart."""
    if not isinstance(principal, PersonPrincipal) or not principal.may(APPROVE, facility=row.code):
        return ""
    book = RuleBook(row.matrix, row.segregation)
    found = [
        (one, other)
        for one, other, reason in breaks(planned_uses(session, row.code, clock.now()), book)
        if reason == "changeover"
    ]
    return render_template("booking/_draft_pairs.html", pairs=found, facility=row)


def _runs(session: Session, person: Principal, facility: str, window: TimeRange) -> list[Run]:
    entries = queries.list_timeline(session, person, facility, window, clock.now())
    return sorted(runs(entries), key=lambda run: run.starts)


def states_now(
    session: Session, principal: Principal, facility: str
) -> Mapping[str, Sequence[State]]:
    """Resource → what it is at this instant, where somebody is in it."""
    if not principal.may(READ):
        return {}
    home, now = facilities.get_facility(session, facility), clock.now()
    window = TimeRange(now, now + timedelta(minutes=1))
    found = _runs(session, principal, home.code, window)
    return {run.head.resource: [run.status] for run in found if run.status in _SHOWN}
