"""Loads what the rules look at: once for a plan, or once for a whole search."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.lifecycle import BookingState
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.queries import gates
from hkbio_gmp.booking.queries.occupied import occupied, rule_book_at
from hkbio_gmp.booking.rules.circumstances import Circumstances, Scope, Undecided
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.queries import Standing
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.work import rows


def load_circumstances(
    session: Session, scope: Scope, now: datetime, here: Standing | None = None
) -> Circumstances:
    """Everything within ``scope`` as it stands at ``now`` (UTC); ``here`` is the facility's
    standing, where it has been read. Raises NotFound."""
    code = scope.facility
    here = here or facilities.standing(session, code)
    book = rule_book_at(session, here)
    longest = book.changeover.longest
    zones = {resource: facts.air_zone for resource, facts in here.resources.items()}
    held, kinds = gates.coverage(session, code, scope.needed)
    return Circumstances(
        book=book,
        taken=occupied(
            session,
            code,
            scope.window.widened(longest, longest),
            now,
            zones=zones,
            without=scope.without,
            near=_with_air(scope, zones),
            here=here,
        ),
        held=held,
        kinds=kinds,
        opened=facilities.opening_ranges_at(here, scope.window) if scope.attended else (),
        undecided=_undecided(session, scope, here, now),
    )


def _undecided(session: Session, scope: Scope, here: Standing, now: datetime) -> Undecided | None:
    """None where the facility sets no limit, or where nothing is asked for anew."""
    most = int(here.settings.get("most_open_requests", 0))
    if not most or scope.organisation is None:
        return None
    wanted = {
        "facility": here.id,
        "organisation": scope.organisation,
        "own": scope.without,
        "now": now,
    }
    found = {row.reference: row.status for row in rows(session, _HELD, wanted)}
    own = found.pop(scope.without or "", None)
    return Undecided(len(found), most) if own in (None, *_UNASKED) else None


_UNASKED = (str(BookingState.DRAFT), str(BookingState.WAITLISTED))
_HELD = (
    select(Booking.reference, Booking.status)
    .join(Organisation, Booking.organisation_id == Organisation.id)
    .where(
        Booking.facility_id == bindparam("facility"),
        Organisation.code == bindparam("organisation"),
        or_(
            Booking.reference == bindparam("own", type_=Booking.reference.type),
            and_(
                Booking.status == str(BookingState.REQUESTED),
                Booking.hold_until > bindparam("now", type_=Booking.hold_until.type),
            ),
        ),
    )
)


def _with_air(scope: Scope, zones: dict[str, str | None]) -> frozenset[str] | None:
    """The resources whose uses can clash: those named, and those of their air zones."""
    if scope.near is None:
        return None
    air = {zones.get(code) for code in scope.near} - {None}
    return scope.near | {code for code, zone in zones.items() if zone in air}
