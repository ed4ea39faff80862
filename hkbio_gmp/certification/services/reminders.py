"""Reminding of certificates that lapse: each step once per certificate and recipient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from hkbio_gmp.certification import notices, queries
from hkbio_gmp.certification.models import Certificate, ReminderStep
from hkbio_gmp.certification.rules.ladder import Ladder
from hkbio_gmp.certification.rules.status import days_left
from hkbio_gmp.certification.services.audiences import recipients
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.kernel import clock
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders were queued, steps recorded as overtaken, and certificates that failed."""

    sent: int = 0
    overtaken: int = 0
    failed: int = 0

    def __add__(self, other: Reminded) -> Reminded:
        return Reminded(
            self.sent + other.sent, self.overtaken + other.overtaken, self.failed + other.failed
        )


def may_be_due(certificate: Certificate, recorded: Sequence[ReminderStep]) -> bool:
    """Whether a run could have something to send of a certificate on its ladder.

    Until it lapses, somebody who joined after a step was sent is still reached; afterwards not.
    """
    ladder, today = _ladder(certificate), clock.today(queries.zone_of(certificate))
    if days_left(certificate.valid_until, today) >= 0:
        return True
    step = ladder.current(today)
    return all(row.step != step for row in recorded)


def remind(work: Work, reference: str) -> Reminded:
    """Queue what is due of one certificate and not yet sent; running it twice changes nothing.

    Only the latest due step goes; earlier ones never sent are recorded as overtaken.
    """
    certificate = _locked(work, reference)
    if not queries.is_on_ladder(certificate):
        return Reminded()
    recorded = queries.list_reminders(work.session, certificate)
    today = clock.today(queries.zone_of(certificate))
    ladder = _ladder(certificate)
    overtaken = ladder.overtaken(today, {row.step for row in recorded})
    for earlier in overtaken:
        _record(work, certificate, ladder, earlier, EVERYBODY, "overtaken")
    sent = _send_step(work, certificate, ladder, today, recorded)
    return Reminded(sent, len(overtaken))


def _locked(work: Work, reference: str) -> Certificate:
    """The certificate as it is once no other worker holds it; lock first, read after."""
    query = (
        select(Certificate)
        .where(Certificate.reference == reference)
        .with_for_update(of=Certificate)
    )
    return work.session.scalars(query).unique().one()


def _ladder(certificate: Certificate) -> Ladder:
    return Ladder(certificate.valid_until, tuple(certificate.kind.lead_days))


def _send_step(
    work: Work,
    certificate: Certificate,
    ladder: Ladder,
    today: date,
    recorded: Sequence[ReminderStep],
) -> int:
    step = ladder.current(today)
    if step is None:
        return 0
    told = {row.recipient for row in recorded if row.step == step}
    sent = 0
    for person in recipients(work, certificate, ladder.audience(step)):
        if person.code not in told:
            _record(work, certificate, ladder, step, person.code, "sent")
            sent += _queue(work, certificate, step, person, today)
    return sent


def _record(
    work: Work, certificate: Certificate, ladder: Ladder, step: int, recipient: str, state: str
) -> None:
    work.session.add(
        ReminderStep(
            certificate=certificate,
            step=step,
            recipient=recipient,
            state=state,
            due_on=ladder.due_on(step),
            decided_at=work.at,
        )
    )


def _queue(work: Work, certificate: Certificate, step: int, person: Someone, today: date) -> bool:
    kind, subject = certificate.kind.name, certificate.subject_code
    left = days_left(certificate.valid_until, today)
    return queue_message(
        work.session,
        dedupe_key=f"reminder:{certificate.reference}:{step}:{person.code}",
        person_code=person.code,
        email=person.email,
        language=person.language,
        subject=notices.reminder_subject(kind, subject, left),
        body=notices.reminder_body(kind, subject, certificate.valid_until),
        link=f"/certificates/{certificate.reference}",
        kind="reminder",
    )
