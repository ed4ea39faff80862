"""The access log: who came in, who was refused, what auditors read. Outside the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from hkbio_gmp.identity.models import AccessEvent
from hkbio_gmp.kernel import clock
from hkbio_gmp.work import channel, write_unaudited

_TEXT, _ADDRESS = 300, 64


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from; kept here only, keyed by the request's identifier."""

    address: str = ""
    user_agent: str = ""


NOWHERE = Client()


def access_event(person_code: str | None, event: str, detail: str, client: Client) -> AccessEvent:
    """One line of the access log, at the present instant (UTC); long texts are cut."""
    return AccessEvent(
        at=clock.now(),
        person_code=person_code,
        event=event,
        detail=detail[:_TEXT],
        address=client.address[:_ADDRESS],
        user_agent=client.user_agent[:_TEXT],
        request_id=channel().request_id,
    )


def note_access(person_code: str | None, event: str, detail: str, client: Client) -> None:
    """Write one line of the access log in a short transaction of its own."""
    line = access_event(person_code, event, detail, client)

    write_unaudited(lambda session: session.add(line))
