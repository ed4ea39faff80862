"""Scheduled reminders."""

from __future__ import annotations

from functools import partial

from hkbio_gmp.certification import queries
from hkbio_gmp.certification.services import remind
from hkbio_gmp.certification.services.reminders import Reminded
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.work import run

ACTOR = Actor("job:reminders", "Reminders", "job")


def send_reminders() -> Reminded:
    """Remind of all that is due and not yet sent, a unit of work per certificate."""
    due = queries.due_references(db.session, clock.today(queries.DEFAULT_ZONE))
    sent = overtaken = 0
    for reference in due:
        found = run(
            ACTOR,
            "certification:reminder:sent",
            None,
            partial(remind, reference=reference),
        )
        sent += found.sent
        overtaken += found.overtaken
    return Reminded(sent, overtaken)
