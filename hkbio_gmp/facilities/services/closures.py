"""Closures of a facility, edited by its manager beside the general holidays."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import Closure, Facility
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.work import Work

LONGEST_DAYS = 366
_NUMBER = re.compile(r"-CL(\d+)$")


def add_closure(
    work: Work,
    principal: Principal,
    facility: str,
    *,
    first: date,
    last: date,
    name: str,
    name_zh: str,
    source: str,
) -> str:
    """Close a facility from ``first`` to ``last``, both included, days in its zone.

    Returns the closure's code. Raises NotFound, NotAllowed, NotValid.
    """
    work.lock([("facility", facility)])
    row = queries.get_facility(work.session, facility)
    _check_may_edit(principal, facility)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        said = Message("A closure ends on or after its first day, within a year.")
        raise NotValid(said, [FieldError("last", said, Message("Give the last closed day."))])
    code = _next_code(work, row)
    work.session.add(
        Closure(
            facility=row,
            code=code,
            starts_on=first,
            ends_on=last,
            name=name,
            name_zh=name_zh,
            source=source,
            state="active",
            version=1,
        )
    )
    row.version += 1
    return code


def withdraw_closure(
    work: Work, principal: Principal, facility: str, code: str, *, version: int
) -> None:
    """Withdraw a closure; its history stays. Raises NotFound, NotAllowed, Stale."""
    work.lock([("facility", facility)])
    row = queries.get_closure(work.session, facility, code)
    _check_may_edit(principal, facility)
    if row.version != version:
        raise Stale(Message("Somebody has changed this closure. Read it again."))
    row.state = "retired"
    row.version += 1
    row.facility.version += 1


def _check_may_edit(principal: Principal, facility: str) -> None:
    if not principal.may(EDIT, facility=facility):
        raise NotAllowed(
            Message("Only {facility}'s manager changes its closures.", facility=facility)
        )


def _next_code(work: Work, facility: Facility) -> str:
    codes = work.session.scalars(select(Closure.code).where(Closure.facility_id == facility.id))
    # Codes of withdrawn closures count too: none is ever given twice.
    numbers = [int(found[1]) for code in codes if (found := _NUMBER.search(code))]
    return f"{facility.code}-CL{max(numbers, default=0) + 1}"
