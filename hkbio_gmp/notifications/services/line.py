"""A line to the mail server: opened when first needed, opened again once after it drops."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from hkbio_gmp.notifications.rules import Refusal, refusal_of

_TIMEOUT_SECONDS = 20
_MOST_DROPS = 2


class Line:
    """One connection for many messages. ``down`` says why nothing can be sent for now.

    A dead server is asked once a batch, not once a message: each would wait for the time-out.
    """

    def __init__(self, url: str):
        self._url = urlsplit(url)
        self._server: smtplib.SMTP | None = None
        self._drops = 0
        self.down: Refusal | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            with suppress(OSError):
                self._server.quit()
        self._hang_up()

    def send(self, mail: EmailMessage) -> Refusal | None:
        """Send one message; None when the server took it, else why it did not."""
        server = self._opened()
        if server is None:
            return self.down
        try:
            server.send_message(mail)
        except smtplib.SMTPServerDisconnected as error:
            return self._dropped(error)
        except OSError as error:
            return refusal_of(error)
        return None

    def _opened(self) -> smtplib.SMTP | None:
        if self.down is not None:
            return None
        if self._server is None or self._server.sock is None:
            try:
                self._server = self._open()
            except OSError as error:
                self.down = refusal_of(error)
                return None
        return self._server

    def _open(self) -> smtplib.SMTP:
        make = smtplib.SMTP_SSL if self._url.scheme == "smtps" else smtplib.SMTP
        host, port = self._url.hostname or "", self._url.port or 0
        server = make(host, port, timeout=_TIMEOUT_SECONDS)
        if self._url.username:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server

    def _dropped(self, error: OSError) -> Refusal:
        self._hang_up()
        self._drops += 1
        found = refusal_of(error)
        if self._drops >= _MOST_DROPS:
            self.down = found
        return found

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None
