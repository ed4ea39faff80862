"""Quality's signed decisions on certificates."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.certification import notices, queries
from hkbio_gmp.certification.lifecycle import CERTIFICATES, ENDS_VALIDITY, CertificateState
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.certification.services.audiences import owners
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.queries import get_person_by_code
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, record_digest, sign
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid, Stale
from hkbio_gmp.kernel.events import ValidityEnded, ValidityRestored
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work


def signed_record(session: Session, certificate: Certificate) -> SignedRecord:
    """What a signature on the certificate is tied to."""
    subject = certificate.audit_subject()
    return SignedRecord(
        type=subject.type,
        ref=subject.ref,
        version=certificate.version,
        digest=record_digest(session, certificate),
        log=subject.log,
        zone=subject.zone,
        organisation=subject.organisation,
    )


def decide_certificate(
    work: Work,
    principal: PersonPrincipal,
    reference: str,
    verb: str,
    proof: SigningProof,
    version: int,
) -> Certificate:
    """Verify, reject, suspend, reinstate or withdraw, signed by quality of that facility.

    Never by whoever submitted it, nor by its subject. Raises NotFound, NotAllowed, WrongState,
    Stale, NotValid without a reason where one is needed, SignatureRefused.
    """
    certificate = queries.get_certificate(work.session, principal, reference)
    work.lock([(certificate.subject_type, certificate.subject_code)])
    work.session.refresh(certificate)
    row = CERTIFICATES.get(CertificateState(certificate.state), verb)
    _check_person(principal, certificate, row.permission)
    if certificate.version != version:
        raise Stale(Message("The certificate changed; read it again."))
    if row.needs_reason and not work.reason:
        said = Message("A reason is needed to {verb} it.", verb=verb)
        raise NotValid(said, [FieldError("reason", said, Message("Write why, in a sentence."))])
    sign(work, principal, proof, row.meaning or verb, signed_record(work.session, certificate))
    certificate.state = str(row.target)
    certificate.decided_by = principal.code
    certificate.decided_at = work.at
    certificate.version += 1
    work.session.flush()
    _tell(work, certificate, row.meaning or verb)
    if certificate.kind.blocks_booking and verb != "reject":
        work.announce(_event(certificate, verb, row.meaning or verb))
    return certificate


def _facility(certificate: Certificate) -> str | None:
    return certificate.facility.code if certificate.facility else None


def _event(certificate: Certificate, verb: str, meaning: str) -> ValidityEnded:
    made = ValidityEnded if verb in ENDS_VALIDITY else ValidityRestored
    return made(
        certificate.subject_type,
        certificate.subject_code,
        _facility(certificate),
        f"{certificate.reference} {meaning}",
        "certificate",
        f"certificate:{certificate.kind.code}",
    )


def _check_person(principal: PersonPrincipal, certificate: Certificate, permission: str) -> None:
    if not principal.may(permission, facility=_facility(certificate)):
        raise NotAllowed(Message("Only quality of that facility decides on its certificates."))
    if certificate.submitted_by == principal.code:
        raise NotAllowed(Message("No one verifies what they submitted themselves."))
    if _is_about(principal, certificate):
        raise NotAllowed(Message("No one decides on a certificate about themselves."))


def _is_about(principal: PersonPrincipal, certificate: Certificate) -> bool:
    """Whether the person, or their own organisation, is what the certificate is about."""
    owner = certificate.organisation.code if certificate.organisation else None
    return principal.email == certificate.subject_code or (
        owner is not None and principal.organisation == owner
    )


def may_decide(principal: PersonPrincipal, certificate: Certificate, verb: str) -> bool:
    """Whether the person may decide so on the certificate, its state apart."""
    try:
        _check_person(principal, certificate, f"certification:certificate:{verb}")
    except NotAllowed:
        return False
    return True


def _tell(work: Work, certificate: Certificate, verb: str) -> None:
    """Tell the submitter and the owner what was decided; not whoever decided it."""
    people = {person.code: person for person in owners(work, certificate)}
    submitter = _submitter(work, certificate)
    if submitter is not None and submitter.active:
        people[submitter.code] = submitter
    people.pop(work.actor.id, None)
    for code in sorted(people):
        queue_message(
            work.session,
            dedupe_key=f"certificate:{certificate.reference}:{certificate.version}:{code}",
            person_code=code,
            email=people[code].email,
            language=people[code].language,
            subject=notices.decided_subject(certificate.reference, verb),
            body=notices.decided_body(certificate.kind.name, certificate.subject_code, work.reason),
            link=f"/certificates/{certificate.reference}",
            kind="certificate",
        )


def _submitter(work: Work, certificate: Certificate) -> Person | None:
    try:
        return get_person_by_code(work.session, certificate.submitted_by)
    except NotFound:
        return None
