"""Links by which a person chooses a password: for a new account, or a forgotten one."""

from __future__ import annotations

from datetime import timedelta

from hkbio_gmp.identity import notices, queries
from hkbio_gmp.identity.models import Invitation, Person
from hkbio_gmp.identity.services import lockout
from hkbio_gmp.identity.services.accounts import end_invitations
from hkbio_gmp.identity.services.sessions import end_sessions
from hkbio_gmp.kernel.errors import NotFound, WrongState
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.services import queue_message
from hkbio_gmp.work import Work

VALID_FOR = timedelta(hours=72)


def invite_person(work: Work, email: str) -> str:
    """Send a person a link, good once within 72 hours; earlier links end.

    Returns the link's secret, of which a digest is kept; the message in the outbox carries it, as
    any such mail does. Raises NotFound; WrongState for a disabled account.
    """
    person = queries.get_person(work.session, email)
    if not person.active:
        raise WrongState(Message("The account is disabled for good."))
    end_invitations(work, person.id)
    secret = new_secret()
    invitation = Invitation(
        digest=secret_digest(secret),
        person=person,
        created_at=work.at,
        expires_at=work.at + VALID_FOR,
        ended_at=None,
    )
    work.session.add(invitation)
    work.session.flush()
    _send(work, person, invitation, secret)
    return secret


def _send(work: Work, person: Person, invitation: Invitation, secret: str) -> None:
    said = notices.invited(invitation.expires_at)
    queue_message(
        work.session,
        dedupe_key=f"invitation:{invitation.id}",
        person_code=person.code,
        email=person.email,
        language=person.language,
        subject=said.subject,
        body=said.body,
        link=f"/invitation?key={secret}",
        kind="security",
    )


def accept_invitation(work: Work, secret: str, password_hash: str) -> Person:
    """Set the password that the link's person chose; their sessions end, a lock is lifted.

    Raises NotFound for a link that is unknown, used or too old.
    """
    invitation = queries.find_invitation(work.session, secret, work.at)
    if invitation is None:
        raise NotFound()
    person = invitation.person
    work.lock([("person", person.email)])
    work.session.refresh(invitation)
    if invitation.ended_at is not None:
        raise NotFound()
    person.password_hash = password_hash
    person.version += 1
    end_invitations(work, person.id)
    end_sessions(work.session, person.id)
    lockout.clear_failures(lockout.locked_guard(work.session, person.id))
    return person
