"""Reminding of certificates that lapse: each step once per certificate and recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from hkbio_gmp.certification import notices, queries
from hkbio_gmp.certification.models import Certificate, ReminderStep
from hkbio_gmp.certification.rules.ladder import Audience, Ladder
from hkbio_gmp.certification.rules.status import days_left
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel import clock
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders one run queued, and how many steps it recorded as overtaken."""

    sent: int = 0
    overtaken: int = 0


def remind(work: Work, reference: str) -> Reminded:
    """Queue what is due of one certificate and not yet sent; running it twice changes nothing.

    Only the latest due step goes; earlier ones never sent are recorded as overtaken.
    """
    query = (
        select(Certificate)
        .where(Certificate.reference == reference)
        .with_for_update(of=Certificate)
    )
    certificate = work.session.scalars(query).unique().one()
    if certificate.state != "valid" or queries.facts_of(certificate).successor_from is not None:
        return Reminded()
    today = clock.today(queries.zone_of(certificate))
    ladder = Ladder(certificate.valid_until, tuple(certificate.kind.lead_days))
    step = ladder.current(today)
    if step is None:
        return Reminded()
    recorded = queries.list_reminders(work.session, certificate)
    overtaken = ladder.overtaken(today, {row.step for row in recorded})
    for earlier in overtaken:
        _record(work, certificate, ladder, earlier, EVERYBODY, "overtaken")
    told = {row.recipient for row in recorded if row.step == step}
    sent = 0
    for person in recipients(work, certificate, ladder.audience(step)):
        if person.code not in told:
            _record(work, certificate, ladder, step, person.code, "sent")
            sent += _queue(work, certificate, step, person, today)
    return Reminded(sent, len(overtaken))


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


def _queue(work: Work, certificate: Certificate, step: int, person: Person, today: date) -> bool:
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


def recipients(
    work: Work, certificate: Certificate, audiences: tuple[Audience, ...]
) -> list[Person]:
    """The people whom a step reaches, each once, by id; quality stands in for a missing owner."""
    found: dict[int, Person] = {}
    for audience in audiences:
        people = _audience(work, certificate, audience)
        if not people and audience is Audience.OWNER:
            people = _audience(work, certificate, Audience.QUALITY)
        found.update({person.id: person for person in people})
    return [found[key] for key in sorted(found)]


def _audience(work: Work, certificate: Certificate, audience: Audience) -> list[Person]:
    facility = certificate.facility.code if certificate.facility else "-"
    if audience is Audience.QUALITY:
        return identity.people_with_role(work.session, "quality", facility, work.at)
    if audience is Audience.HEAD:
        return identity.people_with_role(work.session, "facility_manager", facility, work.at)
    return _owner(work, certificate, facility)


def _owner(work: Work, certificate: Certificate, facility: str) -> list[Person]:
    match certificate.subject_type:
        case "person":
            person = identity.find_person(work.session, certificate.subject_code)
            return [person] if person is not None and person.active else []
        case "organisation":
            return identity.people_with_role(
                work.session, "organisation_admin", certificate.subject_code, work.at
            )
    return identity.people_with_role(work.session, "facility_manager", facility, work.at)
