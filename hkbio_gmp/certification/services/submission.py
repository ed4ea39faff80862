"""Submitting a certificate, first or renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from hkbio_gmp.certification import notices, queries
from hkbio_gmp.certification.models import Certificate, CertificateKind
from hkbio_gmp.certification.rules.dates import date_errors
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.queries import find_facility, get_resource
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work, next_number

SUBMIT = "certification:certificate:submit"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is submitted. Dates are calendar days, both included; ``renews`` is a reference."""

    kind: str
    facility: str | None
    subject_type: str
    subject_code: str
    number: str
    issuer: str
    issued_on: date
    valid_from: date
    valid_until: date
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal says anew; kind, facility and subject are those of the one it renews."""

    number: str
    issuer: str
    issued_on: date
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class _Home:
    """Where it belongs; ``code`` is the subject's as it is stored."""

    kind: CertificateKind
    facility: Facility | None
    organisation: Organisation | None
    code: str


def submit_certificate(work: Work, principal: PersonPrincipal, given: Submission) -> Certificate:
    """Submit a certificate; it opens no gate before quality has verified it.

    Raises NotValid, naming each wrong field; NotAllowed outside of one's scope; NotFound for a
    subject that the person may not know of.
    """
    wrong = date_errors(given.issued_on, given.valid_from, given.valid_until)
    try:
        home = _home(work.session, principal, given)
    except NotValid as refused:
        # all that is wrong at once: nobody should mend one field to hear of the next
        raise NotValid(refused.detail, [*refused.errors, *wrong]) from None
    if wrong:
        raise NotValid(Message("The certificate is not complete."), wrong)
    renews = _renewed(work.session, principal, given, home)
    certificate = Certificate(
        reference=_reference(work, home.facility),
        facility=home.facility,
        kind=home.kind,
        subject_type=given.subject_type,
        subject_code=home.code,
        organisation=home.organisation,
        number=given.number,
        issuer=given.issuer,
        issued_on=given.issued_on,
        valid_from=given.valid_from,
        valid_until=given.valid_until,
        state="submitted",
        renews=renews,
        submitted_by=principal.code,
        submitted_at=work.at,
        version=1,
    )
    work.session.add(certificate)
    work.session.flush()
    _tell_quality(work, principal, certificate)
    return certificate


def renew_certificate(
    work: Work, principal: PersonPrincipal, reference: str, given: Renewal
) -> Certificate:
    """Submit the renewal of a certificate; it supersedes that one once quality has verified it.

    Raises NotFound, NotAllowed outside of one's scope, NotValid naming each wrong field.
    """
    old = queries.get_certificate(work.session, principal, reference)
    return submit_certificate(work, principal, renewal_of(old, given))


def renewal_of(old: Certificate, given: Renewal) -> Submission:
    """The whole submission of a renewal."""
    return Submission(
        kind=old.kind.code,
        facility=old.facility.code if old.facility else None,
        subject_type=old.subject_type,
        subject_code=old.subject_code,
        number=given.number,
        issuer=given.issuer,
        issued_on=given.issued_on,
        valid_from=given.valid_from,
        valid_until=given.valid_until,
        renews=old.reference,
    )


def _tell_quality(work: Work, principal: PersonPrincipal, certificate: Certificate) -> None:
    """Tell those who may verify it: quality of that facility but the submitter and the subject."""
    facility = certificate.facility.code if certificate.facility else "-"
    for person in identity.people_with_role(work.session, "quality", facility, work.at):
        if person.code == principal.code or person.email == certificate.subject_code:
            continue
        queue_message(
            work.session,
            dedupe_key=f"certificate:{certificate.reference}:submitted:{person.code}",
            person_code=person.code,
            email=person.email,
            language=person.language,
            subject=notices.submitted_subject(certificate.kind.name, certificate.subject_code),
            body=notices.submitted_body(
                certificate.number,
                certificate.issuer,
                certificate.valid_from,
                certificate.valid_until,
            ),
            link=f"/certificates/{certificate.reference}",
            kind="certificate",
        )


def _reference(work: Work, facility: Facility | None) -> str:
    prefix = facility.code if facility else "SHARED"
    zone = facility.zone if facility else queries.DEFAULT_ZONE
    year = clock.today(zone).year
    number = next_number(work.session, f"certificate:{prefix}:{year}")
    return f"{prefix}-CERT-{year}-{number:04d}"


def _home(session: Session, principal: PersonPrincipal, given: Submission) -> _Home:
    kind = queries.find_kind(session, given.kind)
    if kind is None:
        said = Message("There is no kind of certificate {kind}.", kind=given.kind[:60])
        raise NotValid(said, [FieldError("kind", said, Message("Choose one of the list."))])
    if kind.subject_type != given.subject_type:
        said = Message("This kind is about a {kind}.", kind=kind.subject_type)
        raise NotValid(said, [FieldError("subject", said, Message("Name a subject of that kind."))])
    facility = _facility(session, kind, given.facility)
    organisation, subject = _subject(session, principal, given, facility)
    code = facility.code if facility else None
    own = organisation.code if organisation else None
    if not _in_scope(principal, given, code, own):
        raise NotAllowed(Message("You may submit certificates only within your own scope."))
    return _Home(kind, facility, organisation, subject)


def _in_scope(
    principal: PersonPrincipal, given: Submission, facility: str | None, organisation: str | None
) -> bool:
    if facility is None and principal.facilities(SUBMIT):
        return True
    if principal.may(SUBMIT, facility=facility or "-"):
        return True
    ours = given.subject_type in {"person", "organisation"} and organisation is not None
    return ours and principal.may(SUBMIT, organisation=organisation)


def _facility(session: Session, kind: CertificateKind, code: str | None) -> Facility | None:
    if code is None and kind.shared:
        return None
    found = find_facility(session, code or "")
    if found is None:
        said = Message("Name the facility at which the certificate holds.")
        remedy = Message("Only kinds marked shared hold at every facility.")
        raise NotValid(said, [FieldError("facility", said, remedy)])
    return found


def _subject(
    session: Session, principal: PersonPrincipal, given: Submission, facility: Facility | None
) -> tuple[Organisation | None, str]:
    """The subject's organisation and its code as stored; one out of reach is not found."""
    match given.subject_type:
        case "person":
            return _person(session, principal, given.subject_code)
        case "organisation":
            organisation = _organisation(session, principal, given.subject_code)
            return organisation, organisation.code
        case "facility":
            known = facility is not None and given.subject_code == facility.code
        case _:
            known = facility is not None and _resource_at(session, given.subject_code, facility)
    if not known:
        raise _unknown_subject()
    return None, given.subject_code


def _resource_at(session: Session, code: str, facility: Facility) -> bool:
    try:
        return get_resource(session, code).facility_id == facility.id
    except NotFound:
        return False


def _person(
    session: Session, principal: PersonPrincipal, email: str
) -> tuple[Organisation | None, str]:
    person = identity.find_person(session, email)
    own = person.organisation.code if person and person.organisation else None
    if person is None or not _reaches(principal, own):
        raise _unknown_subject()
    return person.organisation, person.email


def _organisation(session: Session, principal: PersonPrincipal, code: str) -> Organisation:
    if not _reaches(principal, code):
        raise _unknown_subject()
    try:
        return identity.get_organisation(session, code)
    except NotFound:
        raise _unknown_subject() from None


def _reaches(principal: PersonPrincipal, organisation: str | None) -> bool:
    """Whether the person may know of that organisation: its own, or by a facility's role."""
    facilities, organisations = principal.facilities(SUBMIT), principal.organisations(SUBMIT)
    return facilities is None or bool(facilities) or organisation in (organisations or ())


def _unknown_subject() -> NotValid:
    said = Message("There is no such subject.")
    remedy = Message("Give the code of a facility, resource or organisation, or an e-mail address.")
    return NotValid(said, [FieldError("subject", said, remedy)])


def _renewed(
    session: Session, principal: PersonPrincipal, given: Submission, home: _Home
) -> Certificate | None:
    """The certificate that is renewed: the same thing, once verified, and not withdrawn."""
    if given.renews is None:
        return None
    old = queries.get_certificate(session, principal, given.renews)
    same = (old.kind_id, old.subject_code, old.facility) == (
        home.kind.id,
        home.code,
        home.facility,
    )
    if not same:
        raise _no_renewal(Message("A renewal is of the same kind, facility and subject."))
    if old.state not in {"valid", "suspended"}:
        raise _no_renewal(Message("{ref} was never verified, or is withdrawn.", ref=old.reference))
    if given.valid_until <= old.valid_until:
        said = Message("What it renews is valid longer: to {day}.", day=old.valid_until)
        remedy = Message("Give a later last day, or submit it as a new one.")
        raise NotValid(said, [FieldError("valid_until", said, remedy)])
    return old


def _no_renewal(said: Message) -> NotValid:
    return NotValid(said, [FieldError("renews", said, Message("Submit it as a new one."))])
