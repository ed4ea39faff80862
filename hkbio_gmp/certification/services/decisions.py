"""Quality's signed decisions on certificates."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.certification import notices, queries
from hkbio_gmp.certification.lifecycle import CERTIFICATES, ENDS_VALIDITY, CertificateState
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, record_digest, sign
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, Stale
from hkbio_gmp.kernel.events import ValidityEnded
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
    facility = certificate.facility.code if certificate.facility else None
    _check_person(principal, certificate, row.permission, facility)
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
    _tell_submitter(work, certificate, row.meaning or verb)
    if verb in ENDS_VALIDITY:
        work.announce(
            ValidityEnded(
                certificate.subject_type,
                certificate.subject_code,
                facility,
                f"{certificate.reference} {row.meaning}",
            )
        )
    return certificate


def _check_person(
    principal: PersonPrincipal, certificate: Certificate, permission: str, facility: str | None
) -> None:
    if not principal.may(permission, facility=facility):
        raise NotAllowed(Message("Only quality of that facility decides on its certificates."))
    if certificate.submitted_by == principal.code:
        raise NotAllowed(Message("No one verifies what they submitted themselves."))
    if certificate.subject_type == "person" and certificate.subject_code == principal.email:
        raise NotAllowed(Message("No one decides on a certificate about themselves."))


def _tell_submitter(work: Work, certificate: Certificate, verb: str) -> None:
    number = certificate.submitted_by.removeprefix("U")
    person = work.session.get(Person, int(number)) if number.isdigit() else None
    if person is None or not person.active:
        return
    queue_message(
        work.session,
        dedupe_key=f"certificate:{certificate.reference}:{certificate.version}:{person.code}",
        person_code=person.code,
        email=person.email,
        language=person.language,
        subject=notices.decided_subject(certificate.reference, verb),
        body=notices.decided_body(certificate.kind.name, certificate.subject_code, work.reason),
        link=f"/certificates/{certificate.reference}",
        kind="certificate",
    )
