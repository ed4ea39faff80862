"""Who is told about a certificate."""

from __future__ import annotations

from collections.abc import Sequence

from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.certification.rules.ladder import Audience
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.queries import Someone
from hkbio_gmp.work import Work


def recipients(
    work: Work, certificate: Certificate, audiences: tuple[Audience, ...]
) -> list[Someone]:
    """The people whom a step reaches, each once, by id; quality stands in for a missing owner."""
    found: dict[int, Someone] = {}
    for audience in audiences:
        people = _audience(work, certificate, audience)
        if not people and audience is Audience.OWNER:
            people = _audience(work, certificate, Audience.QUALITY)
        found.update({person.id: person for person in people})
    return [found[key] for key in sorted(found)]


def owners(work: Work, certificate: Certificate) -> Sequence[Someone]:
    """Whose it is: the person, the organisation's admins, or the head of the facility."""
    match certificate.subject_type:
        case "person":
            person = identity.find_person(work.session, certificate.subject_code)
            return [person] if person is not None and person.active else []
        case "organisation":
            return identity.people_with_role(
                work.session, "organisation_admin", certificate.subject_code, work.at
            )
    return _at_facility(work, certificate, "facility_manager")


def _audience(work: Work, certificate: Certificate, audience: Audience) -> Sequence[Someone]:
    match audience:
        case Audience.QUALITY:
            return _at_facility(work, certificate, "quality")
        case Audience.HEAD:
            return _at_facility(work, certificate, "facility_manager")
    return owners(work, certificate)


def _at_facility(work: Work, certificate: Certificate, role: str) -> Sequence[Someone]:
    if certificate.facility is None:
        return []
    return identity.people_with_role(work.session, role, certificate.facility.code, work.at)
