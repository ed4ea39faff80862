"""Projects: proposed, accepted by quality with a signature, closed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.lifecycle import PROJECT, ProjectStatus
from hkbio_gmp.facilities.models import ProcessClass, Project
from hkbio_gmp.facilities.queries.projects import ACCEPT, CLOSE, PROPOSE
from hkbio_gmp.facilities.rules.proposals import ProjectProposal, proposal_problems
from hkbio_gmp.facilities.rules.pseudonyms import qualified
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.identity.queries import get_organisation
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, record_digest, sign
from hkbio_gmp.kernel.errors import (
    DomainError,
    FieldError,
    NotAllowed,
    NotFound,
    NotValid,
    WrongState,
)
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def propose_project(work: Work, principal: PersonPrincipal, proposal: ProjectProposal) -> str:
    """Propose a project of an organisation at a facility; quality there decides.

    Returns the project's code, with the organisation's before it. Raises NotValid with all that
    is wrong: an organisation that is not the person's own answers as an absent one.
    """
    wrong = proposal_problems(proposal)
    organisation = _own_organisation(work, principal, proposal.organisation)
    if organisation is None:
        wrong.append(_unknown_organisation(proposal.organisation))
    process_class = _process_class(work, proposal, wrong)
    code = qualified(proposal.organisation, proposal.code)
    # Asked only of a code of its own organisation: a taken one tells nothing of others.
    if not wrong and queries.find_project(work.session, code) is not None:
        wrong.append(taken("code", code))
    if wrong or organisation is None or process_class is None:
        raise NotValid(Message("The project cannot be proposed like this."), wrong)
    work.session.add(_project(work, code, proposal, organisation, process_class))
    work.session.flush()
    return code


def _own_organisation(work: Work, principal: PersonPrincipal, code: str) -> Organisation | None:
    # Foreign and absent answer alike, so the right is asked before the row.
    if not principal.may(PROPOSE, organisation=code):
        return None
    try:
        found = get_organisation(work.session, code)
    except NotFound:
        return None
    return found if found.active else None


def _unknown_organisation(code: str) -> FieldError:
    return FieldError(
        "organisation",
        Message("“{code}” is not an organisation that you propose for.", code=code[:40]),
        Message("Use the code of your own organisation; its admin proposes."),
    )


def _process_class(
    work: Work, proposal: ProjectProposal, wrong: list[FieldError]
) -> ProcessClass | None:
    if queries.find_facility(work.session, proposal.facility) is None:
        known = ", ".join(row.code for row in queries.list_facilities(work.session))
        wrong.append(_not_one_of("facility", proposal.facility, known))
        return None
    rows = queries.list_process_classes(work.session, proposal.facility)
    found = next((row for row in rows if row.code == proposal.process_class), None)
    if found is None:
        known = ", ".join(row.code for row in rows)
        wrong.append(_not_one_of("process_class", proposal.process_class, known))
    return found


def _not_one_of(field: str, value: str, known: str) -> FieldError:
    return FieldError(
        field,
        Message("There is no “{value}” here.", value=value[:40]),
        Message("Use one of: {known}.", known=known or "none"),
    )


def taken(field: str, code: str) -> FieldError:
    """The error of a code that exists already."""
    return FieldError(
        field,
        Message("{code} is taken.", code=code),
        Message("Choose another code; codes are never reused."),
    )


def _project(
    work: Work,
    code: str,
    proposal: ProjectProposal,
    organisation: Organisation,
    process_class: ProcessClass,
) -> Project:
    return Project(
        code=code,
        organisation=organisation,
        facility=process_class.facility,
        process_class=process_class,
        title=proposal.title,
        product=proposal.product,
        vector=proposal.vector or None,
        infectious=proposal.infectious,
        open_processing=proposal.open_processing,
        status=str(ProjectStatus.PROPOSED),
        proposed_by=work.actor.id,
        proposed_by_name=work.actor.name,
        proposed_at=work.at,
        version=1,
    )


def project_record(session: Session, project: Project) -> SignedRecord:
    """What a signature on a project signs: its present version."""
    return SignedRecord(
        type="project",
        ref=project.code,
        version=project.version,
        digest=record_digest(session, project),
        log=project.facility.code,
        zone=project.facility.zone,
        organisation=project.organisation.code,
    )


def obstacle_to_accept(principal: PersonPrincipal, project: Project) -> DomainError | None:
    """Why this person cannot accept the project now (NotAllowed, WrongState), or None."""
    try:
        _check_may(principal, ACCEPT, project)
        PROJECT.get(ProjectStatus(project.status), "accept")
    except (NotAllowed, WrongState) as obstacle:
        return obstacle
    if project.proposed_by == principal.code:
        return NotAllowed(Message("Nobody accepts a project that they proposed."))
    return None


def accept_project(work: Work, principal: PersonPrincipal, proof: SigningProof, code: str) -> str:
    """Accept a project for GMP bookings at its facility; signed by quality, not the proposer.

    Returns the signature's number. Raises NotFound, NotAllowed, WrongState, SignatureRefused.
    """
    project = _locked_project(work, principal, code)
    if obstacle := obstacle_to_accept(principal, project):
        raise obstacle
    row = PROJECT.get(ProjectStatus(project.status), "accept")
    record = project_record(work.session, project)
    signed = sign(work, principal, proof, row.meaning or "", record)
    project.status = str(row.target)
    project.accepted_at = work.at
    project.signature = signed.number
    project.version += 1
    return signed.number


def close_project(work: Work, principal: PersonPrincipal, code: str) -> None:
    """Close a project, or refuse a proposal; the reason is the unit of work's.

    Raises NotFound, NotAllowed, WrongState, and NotValid without a reason.
    """
    project = _locked_project(work, principal, code)
    _check_may(principal, CLOSE, project)
    row = PROJECT.get(ProjectStatus(project.status), "close")
    if not work.reason:
        said = Message("A closure needs a reason.")
        raise NotValid(said, [FieldError("reason", said, Message("Say why, in a sentence."))])
    project.status = str(row.target)
    project.closed_at = work.at
    project.closed_reason = work.reason
    project.version += 1


def _locked_project(work: Work, principal: PersonPrincipal, code: str) -> Project:
    found = queries.get_project(work.session, principal, code)
    work.lock([("organisation", found.organisation.code)])
    # Lock first, read after: another decision may have come between.
    work.session.refresh(found)
    return found


def _check_may(principal: PersonPrincipal, permission: str, project: Project) -> None:
    facility, organisation = project.facility.code, project.organisation.code
    if not principal.may(permission, facility=facility, organisation=organisation):
        raise NotAllowed(
            Message("Only quality of {facility} decides on its projects.", facility=facility)
        )
