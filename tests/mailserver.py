"""A real SMTP server that takes, refuses, puts off or hangs up, by the recipient's name."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

TAKEN = "250 taken"


class _AnyPort(Controller):
    """Controller that learns which free port it was given."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Listens on a free port of this machine; ``taken`` holds what it accepted.

    An address that starts with ``putoff`` is answered 451 the first time, ``refused`` always 550,
    ``dropped`` with a cut line the first time, after the message was received.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.seen: Counter[str] = Counter()
        self.connections = 0
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """As in the settings."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """What was accepted for an address."""
        return [mail for mail in self.taken if mail["To"] == address]

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str) -> str:
        """Count connections."""
        self.connections += 1
        session.host_name = hostname
        return "250 HELP"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer by the recipient's name."""
        self.seen[address] += 1
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("putoff") and self.seen[address] == 1:
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the message, or receive it and hang up."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        address = envelope.rcpt_tos[0]
        if address.startswith("dropped") and self.seen[address] == 1:
            server.transport.abort()
        return TAKEN
