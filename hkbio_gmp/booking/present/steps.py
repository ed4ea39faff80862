"""What the sessions of a booking are for: the names of its template's steps."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.booking.models import Booking
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.web.filters import localised


def step_names(session: Session, booking: Booking) -> dict[int, str]:
    """Number → name, of the sessions that still last as long as their step; a template that was
    changed since then names nothing wrongly."""
    code = booking.template
    found = facilities.find_template(session, booking.facility.code, code) if code else None
    if found is None or len(found.steps) != len(booking.sessions):
        return {}
    return {
        row.number: localised(step)
        for row, step in zip(booking.sessions, found.steps, strict=True)
        if row.ends - row.starts == step.length and row.attended == step.attended
    }
