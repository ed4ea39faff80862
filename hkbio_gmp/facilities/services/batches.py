"""Batches of projects, by pseudonym only (Cap. 486)."""

from __future__ import annotations

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.lifecycle import ProjectStatus
from hkbio_gmp.facilities.models import Batch, Project
from hkbio_gmp.facilities.queries.projects import REGISTER
from hkbio_gmp.facilities.rules.pseudonyms import code_problems, qualified
from hkbio_gmp.facilities.services.projects import taken
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotFound, NotValid, WrongState
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


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
    # The project's code before it keeps codes unique without a look at other tenants.
    full = qualified(home.code, code)
    wrong = code_problems("code", full, home.code)
    wrong += code_problems("donor_code", donor_code) if donor_code else []
    if not wrong and queries.find_batch(work.session, full) is not None:
        wrong.append(taken("code", full))
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
