"""Projects and their batches: proposed, accepted by quality with a signature, closed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.lifecycle import PROJECT, ProjectStatus
from hkbio_gmp.facilities.models import Batch, ProcessClass, Project
from hkbio_gmp.facilities.queries.projects import ACCEPT, CLOSE, PROPOSE, REGISTER
from hkbio_gmp.facilities.rules.proposals import ProjectProposal, proposal_problems
from hkbio_gmp.facilities.rules.pseudonyms import code_problems, qualified
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.identity.queries import get_organisation
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, record_digest, sign
from hkbio_gmp.kernel.errors import (
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
    if not wrong and queries.find_project(work.session, code) is not None:
        wrong.append(_taken("code", code))
    if wrong or organisation is None or process_class is None:
        raise NotValid(Message("The project cannot be proposed like this."), wrong)
    work.session.add(_project(work, code, proposal, organisation, process_class))
    work.session.flush()
    return code


def _own_organisation(work: Work, principal: PersonPrincipal, code: str) -> Organisation | None:
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


def _taken(field: str, code: str) -> FieldError:
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


def accept_project(work: Work, principal: PersonPrincipal, proof: SigningProof, code: str) -> str:
    """Accept a project for GMP bookings at its facility; signed by quality, not the proposer.

    Returns the signature's number. Raises NotFound, NotAllowed, WrongState, SignatureRefused.
    """
    project = _locked_project(work, principal, code)
    _check_may(principal, ACCEPT, project)
    row = PROJECT.get(ProjectStatus(project.status), "accept")
    if project.proposed_by == principal.code:
        raise NotAllowed(Message("Nobody accepts a project that they proposed."))
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
    work.session.refresh(found)
    return found


def _check_may(principal: PersonPrincipal, permission: str, project: Project) -> None:
    facility, organisation = project.facility.code, project.organisation.code
    if not principal.may(permission, facility=facility, organisation=organisation):
        raise NotAllowed(
            Message("Only quality of {facility} decides on its projects.", facility=facility)
        )


def register_batch(
    work: Work,
    principal: PersonPrincipal,
    *,
    code: str,
    project: str,
    autologous: bool,
    donor_code: str | None = None,
) -> str:
    """Register a batch of a project by pseudonym; its code begins with the project's.

    Returns the batch's code. Raises NotValid (a foreign project answers as an absent one),
    NotAllowed, WrongState.
    """
    home = _own_project(work, principal, project)
    if not principal.may(REGISTER, organisation=home.organisation.code):
        raise NotAllowed(Message("Only the organisation's admin registers its batches."))
    if home.status == ProjectStatus.CLOSED:
        raise WrongState(Message("{project} is closed; it takes no new batch.", project=home.code))
    full = qualified(home.code, code)
    wrong = code_problems("code", full, home.code)
    wrong += code_problems("donor_code", donor_code) if donor_code else []
    if not wrong and queries.find_batch(work.session, full) is not None:
        wrong.append(_taken("code", full))
    if wrong:
        raise NotValid(Message("The batch cannot be registered like this."), wrong)
    work.session.add(
        Batch(
            project=home,
            code=full,
            autologous=autologous,
            donor_code=donor_code or None,
            registered_by=work.actor.id,
            registered_at=work.at,
        )
    )
    work.session.flush()
    return full


def _own_project(work: Work, principal: PersonPrincipal, code: str) -> Project:
    try:
        found = queries.get_project(work.session, principal, code)
    except NotFound:
        said = Message("There is no project “{code}” that you may see.", code=code[:60])
        remedy = Message("Use the code of one of your projects.")
        raise NotValid(said, [FieldError("project", said, remedy)]) from None
    work.lock([("organisation", found.organisation.code)])
    return found
