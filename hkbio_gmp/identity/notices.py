"""Wording of identity's messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hkbio_gmp.identity.models import Grant
from hkbio_gmp.identity.rules.permissions import ROLES
from hkbio_gmp.kernel.messages import N_, Message


@dataclass(frozen=True)
class Notice:
    """Subject and paragraphs of a message."""

    subject: Message
    body: list[Message]


def locked(until: datetime, failures: int) -> Notice:
    """To the person: what happened, until when (UTC), what to do."""
    return Notice(
        Message("Your account is locked after repeated failures to sign in"),
        [
            Message(
                "There were {failures} failures in a row to sign in or sign with your account.",
                failures=failures,
            ),
            Message("It is locked until {until}.", until=until),
            Message("If this was not you, tell the administrator of your facility now."),
        ],
    )


def other_locked(name: str, until: datetime) -> Notice:
    """To administrators, at once (21 CFR 11.300(d)). ``until`` in UTC."""
    return Notice(
        Message("An account is locked after repeated failures: {name}", name=name),
        [
            Message("It is locked until {until}.", until=until),
            Message("Ask its person whether it was them; if not, disable the account."),
        ],
    )


def proposed(grant: Grant) -> Notice:
    """To those at the facility who may confirm the role."""
    return Notice(
        Message("A role at {scope} waits for your confirmation", scope=grant.scope.code),
        [
            Message(
                "{name} ({email}) is proposed as {role} at {scope}.",
                name=grant.person.name,
                email=grant.person.email,
                role=title(grant.role),
                scope=grant.scope.code,
            ),
            Message("Confirm it only if the person is qualified; else refuse with a reason."),
        ],
    )


_DECIDED = {
    "confirmed": N_("Your role {role} at {scope} is confirmed"),
    "refused": N_("Your role {role} at {scope} is refused"),
    "ended": N_("Your role {role} at {scope} has ended"),
}


def decided(grant: Grant, reason: str | None) -> Notice:
    """To the person whose role was confirmed, refused or ended."""
    subject = Message(_DECIDED[grant.state], role=title(grant.role), scope=grant.scope.code)
    return Notice(subject, [Message("Reason: {reason}", reason=reason)] if reason else [subject])


def invited(until: datetime) -> Notice:
    """To a person who is to choose a password. ``until`` in UTC."""
    return Notice(
        Message("Choose your password"),
        [
            Message("You have an account. Choose a password by the link below."),
            Message("The link is good once, until {until}.", until=until),
        ],
    )


def title(role: str) -> Message:
    """What a role is called; translated by whoever shows it."""
    return Message(ROLES[role].title)
