"""Scheduled reminders."""

from __future__ import annotations

from functools import partial

import structlog

from hkbio_gmp.certification import queries
from hkbio_gmp.certification.services import remind
from hkbio_gmp.certification.services.reminders import Reminded, may_be_due
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.work import run

ACTOR = Actor("job:reminders", "Reminders", "job")


def send_reminders() -> Reminded:
    """Remind of all that is due and not yet sent, a unit of work per certificate.

    One certificate's failure is logged and leaves the others their reminders.
    """
    rows = queries.list_on_ladder(db.session)
    recorded = queries.reminders_of(db.session, rows)
    due = [row.reference for row in rows if may_be_due(row, recorded.get(row.id, []))]
    total = Reminded()
    for reference in due:
        try:
            total += _one(reference)
        except Exception as error:
            structlog.get_logger().error("reminder failed", ref=reference, exc_info=error)
            total += Reminded(failed=1)
    return total


def _one(reference: str) -> Reminded:
    command = partial(remind, reference=reference)
    return run(ACTOR, "certification:reminder:sent", None, command)
