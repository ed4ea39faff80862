"""When a failed delivery is tried again, and when it is given up."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.notifications.rules import ATTEMPTS, next_attempt, refusal_of

NOW = datetime(2027, 1, 4, tzinfo=UTC)


@given(st.integers(1, ATTEMPTS - 1))
def test_pause_grows_up_to_six_hours_when_deliveries_fail(attempts: int) -> None:
    pause = next_attempt(NOW, attempts)
    assert pause is not None
    assert timedelta(minutes=1) <= pause - NOW <= timedelta(hours=6)
    later = next_attempt(NOW, attempts + 1)
    assert later is None or later >= pause


def test_message_outlasts_a_long_weekend_when_the_server_is_down() -> None:
    pauses = [next_attempt(NOW, n) for n in range(1, ATTEMPTS)]
    total = sum((pause - NOW for pause in pauses if pause), timedelta())
    assert timedelta(days=3) < total < timedelta(days=6)
    assert next_attempt(NOW, ATTEMPTS) is None


@pytest.mark.parametrize(
    ("error", "permanent", "text"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), True, "550 no such user"),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"later")}), False, "451 later"),
        (smtplib.SMTPRecipientsRefused({}), False, "0"),
        (smtplib.SMTPDataError(554, b"spam \xff"), True, "554 spam \ufffd"),
        (smtplib.SMTPDataError(452, b"full"), False, "452 full"),
        (smtplib.SMTPSenderRefused(550, b"who", "me@x"), False, "550 who"),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False, "535 wrong"),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), True, "SMTPUTF8"),
        (smtplib.SMTPServerDisconnected("gone"), False, "gone"),
        (ConnectionRefusedError(), False, "ConnectionRefusedError"),
    ],
)
def test_refusal_is_permanent_only_when_the_recipient_or_content_is_refused_for_good(
    error: OSError, permanent: bool, text: str
) -> None:
    found = refusal_of(error)
    assert (found.permanent, found.text) == (permanent, text)
