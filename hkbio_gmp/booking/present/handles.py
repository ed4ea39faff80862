"""What of the calendar can be taken and moved, and what each pair of neighbours needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from flask_babel import gettext as _

from hkbio_gmp.booking.present.bars import Run
from hkbio_gmp.facilities.rules.changeover import ChangeoverMatrix
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.web.filters import duration
from hkbio_gmp.web.timeline import Bar, Handle

MOVE, REQUEST = "booking:slot:propose_move", "booking:slot:request"
_NEEDED = {"requested": REQUEST, "approved": MOVE}
Gap = tuple[datetime, datetime, str]


def handle_of(person: PersonPrincipal, facility: str, run: Run) -> Handle | None:
    """By what the person can move a run; the server decides again when it is dropped."""
    head = run.head
    needed = _NEEDED.get(run.status)
    if head.reference is None or needed is None or head.proposed:
        return None
    if not person.may(needed, facility=facility, organisation=head.organisation):
        return None
    return Handle(head.reference, head.version, head.resource)


def with_gaps(pairs: Iterable[tuple[Run, Bar]], matrix: ChangeoverMatrix) -> list[Bar]:
    """The bars of one resource, in order of time, with the gap that each pair needs.

    Only between two that the person may read: a foreign neighbour's gap would tell its class.
    """
    drawn = list(pairs)
    found: list[list[Gap]] = [[] for _pair in drawn]
    for n, ((before, _bar), (after, _next)) in enumerate(pairwise(drawn)):
        gap = _gap(before, after, matrix)
        if gap is not None:
            found[n].append(gap)
            found[n + 1].append(gap)
    return [replace(bar, gaps=tuple(gaps)) for (_run, bar), gaps in zip(drawn, found, strict=True)]


def _gap(before: Run, after: Run, matrix: ChangeoverMatrix) -> Gap | None:
    """From the end of the one's turnaround to when the other's slot may start at the earliest."""
    one, other = before.head, after.head
    if one.process_class is None or other.process_class is None:
        return None
    same = (one.batch or one.project) == (other.batch or other.project)
    alike = one.process_class == other.process_class
    rule = matrix.rows.get((one.process_class, other.process_class, same and alike))
    if rule is None or one.reference == other.reference:
        return None
    until = before.ends + timedelta(minutes=rule.minutes)
    if until <= before.occupied_until:
        return None
    said = _("Between the two: %(time)s", time=duration(rule.minutes))
    return before.occupied_until, until, said
