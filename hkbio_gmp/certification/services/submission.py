"""Submitting a certificate, first or renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from hkbio_gmp.certification import queries
from hkbio_gmp.certification.models import Certificate, CertificateKind
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.queries import find_facility, get_resource
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, next_number

SUBMIT = "certification:certificate:submit"
_LONGEST_YEARS = 15


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
class _Home:
    kind: CertificateKind
    facility: Facility | None
    organisation: Organisation | None


def submit_certificate(work: Work, principal: PersonPrincipal, given: Submission) -> Certificate:
    """Submit a certificate; it opens no gate before quality has verified it.

    Raises NotValid, naming each wrong field; NotAllowed outside of one's scope; NotFound for a
    subject that the person may not know of.
    """
    home = _home(work.session, principal, given)
    errors = _errors(home, given)
    if errors:
        raise NotValid(Message("The certificate is not complete."), errors)
    renews = _renewed(work.session, principal, given)
    certificate = Certificate(
        reference=_reference(work, home.facility),
        facility=home.facility,
        kind=home.kind,
        subject_type=given.subject_type,
        subject_code=given.subject_code,
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
    return certificate


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
    facility = _facility(session, kind, given.facility)
    organisation = _subject(session, principal, given, facility)
    code = facility.code if facility else None
    own = organisation.code if organisation else None
    if not _in_scope(principal, given, code, own):
        raise NotAllowed(Message("You may submit certificates only within your own scope."))
    return _Home(kind, facility, organisation)


def _in_scope(
    principal: PersonPrincipal, given: Submission, facility: str | None, organisation: str | None
) -> bool:
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
) -> Organisation | None:
    """The organisation to which the subject belongs; a subject out of reach is not found."""
    match given.subject_type:
        case "facility":
            if facility is None or given.subject_code != facility.code:
                raise _unknown_subject()
        case "resource":
            if facility is None or not _resource_at(session, given.subject_code, facility):
                raise _unknown_subject()
        case "person":
            return _person_organisation(session, principal, given.subject_code)
        case "organisation":
            return _organisation(session, given.subject_code)
    return None


def _resource_at(session: Session, code: str, facility: Facility) -> bool:
    try:
        return get_resource(session, code).facility_id == facility.id
    except NotFound:
        return False


def _person_organisation(
    session: Session, principal: PersonPrincipal, email: str
) -> Organisation | None:
    person = identity.find_person(session, email)
    by_facility = bool(principal.facilities(SUBMIT))
    if person is None:
        raise _unknown_subject()
    own = person.organisation is not None and principal.may(
        SUBMIT, organisation=person.organisation.code
    )
    if not own and not by_facility:
        raise _unknown_subject()
    return person.organisation


def _organisation(session: Session, code: str) -> Organisation:
    try:
        return identity.get_organisation(session, code)
    except NotFound:
        raise _unknown_subject() from None


def _unknown_subject() -> NotValid:
    said = Message("There is no such subject.")
    remedy = Message("Give the code of a facility, resource or organisation, or an e-mail address.")
    return NotValid(said, [FieldError("subject", said, remedy)])


def _errors(home: _Home, given: Submission) -> list[FieldError]:
    errors = []
    if home.kind.subject_type != given.subject_type:
        errors.append(
            FieldError(
                "subject",
                Message("This kind is about a {kind}.", kind=home.kind.subject_type),
                Message("Name a subject of that kind."),
            )
        )
    if given.valid_until < given.valid_from:
        errors.append(
            FieldError(
                "valid_until",
                Message("It ends before it begins."),
                Message("Give a last day on or after the first day."),
            )
        )
    if given.issued_on > given.valid_until:
        errors.append(
            FieldError(
                "issued_on",
                Message("It was issued after its last day."),
                Message("Check the dates against the document."),
            )
        )
    if given.valid_until.year - given.valid_from.year > _LONGEST_YEARS:
        errors.append(
            FieldError(
                "valid_until",
                Message("It is valid for more than {years} years.", years=_LONGEST_YEARS),
                Message("Check the year."),
            )
        )
    return errors


def _renewed(session: Session, principal: PersonPrincipal, given: Submission) -> Certificate | None:
    if given.renews is None:
        return None
    old = queries.get_certificate(session, principal, given.renews)
    if (old.kind.code, old.subject_type, old.subject_code) != (
        given.kind,
        given.subject_type,
        given.subject_code,
    ):
        said = Message("A renewal is of the same kind and subject.")
        raise NotValid(said, [FieldError("renews", said, Message("Submit it as a new one."))])
    return old
