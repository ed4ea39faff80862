"""Loads what the rules look at: once for a plan, or once for a whole search."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking.queries import gates
from hkbio_gmp.booking.queries.holdings import held_by
from hkbio_gmp.booking.queries.occupied import occupied, rule_book_at
from hkbio_gmp.booking.rules.circumstances import Circumstances, Scope
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.queries import Standing


def load_circumstances(
    session: Session, scope: Scope, now: datetime, here: Standing | None = None
) -> Circumstances:
    """Everything within ``scope`` as it stands at ``now`` (UTC); ``here`` is the facility's
    standing, where it has been read. Raises NotFound."""
    code = scope.facility
    here = here or facilities.standing(session, code)
    book = rule_book_at(session, here)
    longest = max(book.changeover.longest, _longest_campaign(here))
    held, kinds = gates.coverage(session, code, scope.needed)
    undecided, share = held_by(session, scope, here, now)
    return Circumstances(
        book=book,
        taken=occupied(
            session,
            here,
            scope.window.widened(longest, longest),
            now,
            without=scope.without,
            near=_with_shared(scope, here),
            people=scope.operators if scope.attended else (),
            made=(scope.process_class, scope.window.starts) if scope.process_class else None,
        ),
        held=held,
        kinds=kinds,
        opened=facilities.opening_ranges_at(here, scope.window) if scope.attended else (),
        undecided=undecided,
        share=share,
    )


def _longest_campaign(here: Standing) -> timedelta:
    """How far back a campaign may reach that a plan would go on with."""
    return timedelta(days=max((one.campaign_days or 0 for one in here.classes.values()), default=0))


def _with_shared(scope: Scope, here: Standing) -> frozenset[str] | None:
    """The resources whose uses can clash: those named, and those of their air zones and units."""
    if scope.near is None:
        return None
    known = [here.resources[code] for code in scope.near if code in here.resources]
    air = {one.air_zone for one in known} - {None}
    units = {one.unit for one in known} - {None}
    return scope.near | {
        code
        for code, one in here.resources.items()
        if one.air_zone in air or (one.unit is not None and one.unit in units)
    }
