"""Certificates of the demonstration: valid, due, lapsed, suspended, rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hkbio_gmp.booking.rules.gates import of_resource
from hkbio_gmp.certification import queries, services
from hkbio_gmp.certification.jobs import send_reminders
from hkbio_gmp.certification.services import Submission
from hkbio_gmp.demo.accounts import SITES, STARTUPS
from hkbio_gmp.demo.stage import Stage, local
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.queries import list_resources, resource_facts

PERSON_KINDS = (
    "gowning_qualification",
    "operator_aps",
    "gmp_training",
    "biosafety_training",
    "medical_clearance",
)
SUBMIT = "certification:certificate:submit"
_ROOM_KIND = {"B": "room_qualification_ab", "C": "room_qualification_cd"}
_CABINET = "bsc_certification"
_DAYS = {"grade_a_device_qualification": 182, "isolator_leak_test": 182}


def plan(stage: Stage, first: datetime) -> None:
    """Put every certificate of half a year on the stage, from ``first`` on."""
    for site in SITES:
        _site(stage, site, first)
        for startup in STARTUPS:
            _organisation(stage, site, startup, first)
    for days in range(1, (stage.now - first).days + 1):
        day = first + timedelta(days=days)
        if days % 7 == 0 or stage.now - day < timedelta(days=30):
            stage.at(local(day, 8, 7), send_reminders)


def _site(stage: Stage, site: str, first: datetime) -> None:
    when = local(first, 9)
    _paper(stage, site, "manufacturer_licence", "facility", site, when, -120, 365)
    _paper(stage, site, "gmp_certificate", "facility", site, when, -200, 730)
    # three simulations at first, then twice a year (PE 009-17 Annex 1 9.38)
    for begins in (-70, -40, -10):
        _paper(stage, site, "process_aps", "facility", site, when, begins, 182)
    _series(stage, site, "process_aps", "facility", site, first, 165, 182)
    rooms = [r for r in list_resources(db.session, site) if r.kind == "room"]
    for place, room in enumerate(rooms):
        kind = _ROOM_KIND.get(room.grade or "", "room_qualification_cd")
        length = 182 if room.grade == "B" else 364
        _series(stage, site, kind, "resource", room.code, first, -20 - 13 * place, length)
    facts = resource_facts(db.session, site)
    for place, device in enumerate(list_resources(db.session, site, kind="equipment")):
        for _type, code, kind in of_resource(facts[device.code]):
            if (kind, code) != (_CABINET, f"{site}-BSC-04"):
                begins = -30 - 11 * (place % 13)
                _series(stage, site, kind, "resource", code, first, begins, _DAYS.get(kind, 364))
    _cabinet(stage, site)


def _series(
    stage: Stage,
    site: str,
    kind: str,
    subject_type: str,
    code: str,
    first: datetime,
    offset: int,
    length: int,
) -> None:
    """A certificate and its renewals, each submitted a fortnight before the last one ends."""
    begins = offset
    since = local(first + timedelta(days=max(begins - 14, 0)), 10)
    _paper(stage, site, kind, subject_type, code, since, begins, length, base=first)
    while begins + length < (stage.now - first).days + 14:
        begins += length
        when = local(first + timedelta(days=max(begins - 14, 1)), 11)
        _paper(stage, site, kind, subject_type, code, when, begins, length, base=first)


def _cabinet(stage: Stage, site: str) -> None:
    """One cabinet lapsed a few days ago; its renewal was rejected."""
    code = f"{site}-BSC-04"
    when = stage.now - timedelta(days=170)
    _paper(stage, site, _CABINET, "resource", code, local(when, 9), -201, 365)
    late = local(stage.now - timedelta(days=4), 15)
    stage.at(late, lambda: _reject(stage, site, code))


def _organisation(stage: Stage, site: str, startup: str, first: datetime) -> None:
    when = local(first, 11)
    _paper(stage, site, "technical_agreement", "organisation", startup, when, -30, 720)
    soon = 40 if startup == "STARTUP-B" else 300
    days = (stage.now - first).days
    _paper(stage, site, "insurance", "organisation", startup, when, days + soon - 365, 365)
    for number, until in ((1, 130), (2, 180), (3, 20)):
        email = f"operator{number}@{startup.lower()}.example"
        for kind in PERSON_KINDS:
            lapses = until if kind == "gowning_qualification" or number < 3 else 150
            _paper(stage, site, kind, "person", email, when, days + lapses - 365, 365)


def _paper(
    stage: Stage,
    site: str,
    kind: str,
    subject_type: str,
    code: str,
    when: datetime,
    begins: int,
    length: int,
    base: datetime | None = None,
) -> None:
    origin = (base or when) + timedelta(hours=8)
    valid_from = origin.date() + timedelta(days=begins)
    given = Submission(
        kind=kind,
        facility=site,
        subject_type=subject_type,
        subject_code=code,
        number=f"DEMO-{kind[:4].upper()}-{abs(hash_of(site, code, kind, begins)) % 10000:04d}",
        issuer="Demonstration issuer",
        issued_on=valid_from,
        valid_from=valid_from,
        valid_until=valid_from + timedelta(days=length - 1),
    )
    stage.at(when, lambda: submit_and_verify(stage, site, given))


def hash_of(*parts: object) -> int:
    """A number that is the same in every process."""
    total = 0
    for character in "|".join(str(part) for part in parts):
        total = (total * 131 + ord(character)) % 1_000_003
    return total


def submit(stage: Stage, site: str, given: Submission) -> str:
    """Submitted by the facility's operator."""
    operator = stage.who(f"operator@{site.lower()}.example")
    return stage.run(
        operator,
        SUBMIT,
        "certification:certificate:submitted",
        lambda unit: services.submit_certificate(unit, operator, given).reference,
        facility=site,
    )


def submit_and_verify(stage: Stage, site: str, given: Submission) -> str:
    """Submitted by the operator, verified by quality."""
    old = _latest(given)
    if old is not None:
        given = replace(given, renews=old)
    reference = submit(stage, site, given)
    decide(stage, site, reference, "verify", None)
    return reference


def _latest(given: Submission) -> str | None:
    return latest(given.facility or "", given.kind, given.subject_type, given.subject_code)


def latest(site: str, kind: str, subject_type: str, code: str) -> str | None:
    """The newest valid certificate of its kind and subject."""
    rows = queries.list_of_subject(db.session, subject_type, code)
    same = [
        row
        for row in rows
        if row.kind.code == kind
        and row.facility is not None
        and row.facility.code == site
        and row.state == "valid"
    ]
    return same[-1].reference if same else None


def decide(stage: Stage, site: str, reference: str, verb: str, reason: str | None) -> None:
    """Quality's signed decision."""
    quality = stage.who(f"quality@{site.lower()}.example")
    row = queries.get_certificate(db.session, quality, reference)
    proof = stage.proof(quality, services.signed_record(db.session, row))
    version = row.version
    past = {"verify": "verified", "reject": "rejected", "suspend": "suspended"}[verb]
    stage.run(
        quality,
        f"certification:certificate:{verb}",
        f"certification:certificate:{past}",
        lambda unit: services.decide_certificate(unit, quality, reference, verb, proof, version).id,
        reason=reason,
        facility=site,
    )


def _reject(stage: Stage, site: str, code: str) -> None:
    today = stage.now.date()
    given = Submission(
        kind="bsc_certification",
        facility=site,
        subject_type="resource",
        subject_code=code,
        number="DEMO-BSC-REJECTED",
        issuer="Demonstration issuer",
        issued_on=today - timedelta(days=5),
        valid_from=today - timedelta(days=4),
        valid_until=_year_after(today),
    )
    reference = submit(stage, site, given)
    decide(stage, site, reference, "reject", "The report lacks the filter integrity test.")


def _year_after(day: date) -> date:
    return day + timedelta(days=360)
