"""Delivery to a real mail server that refuses, puts off and hangs up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.notifications.rules import ATTEMPTS
from hkbio_gmp.notifications.services import Delivery, deliver_due, queue_message
from hkbio_gmp.work import write_unaudited
from tests.mailserver import MailServer

NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def post(app: Flask, server: MailServer) -> Iterator[Settings]:
    """Settings with the mail server's address, the clock set."""
    with clock.frozen(NOW):
        yield replace(
            app.extensions["settings"], smtp_url=server.url, base_url="https://gmp.example"
        )


def queue(address: str, *, key: str = "", language: str = "en", link: str | None = "/b/1") -> bool:
    return write_unaudited(
        lambda session: queue_message(
            session,
            dedupe_key=key or address,
            person_code="U000001",
            email=address,
            language=language,
            subject=Message("{kind} of {subject} lapses today", kind="Licence", subject="LCT"),
            body=[Message("It ends before it begins."), Message("Check the year.")],
            link=link,
            kind="reminder",
        )
    )


def row(address: str) -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.email == address)).one()


def test_mail_carries_subject_text_and_link_when_delivered(
    post: Settings, server: MailServer
) -> None:
    queue("owner@a.example")
    assert deliver_due(post) == Delivery(sent=1)
    mail = server.to("owner@a.example")[0]
    text = mail.get_content()
    assert mail["Subject"] == "Licence of LCT lapses today"
    assert mail["Message-ID"] == row("owner@a.example").message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "It ends before it begins.\n\nCheck the year." in text.replace("\r\n", "\n")
    assert "https://gmp.example/b/1" in text
    assert row("owner@a.example").sent_at == NOW


def test_mail_is_in_the_recipients_language_when_it_is_chinese(
    post: Settings, server: MailServer
) -> None:
    queue("owner@a.example", language="zh_Hant_HK")
    deliver_due(post)
    mail = server.taken[0]
    assert mail["Content-Language"] == "zh-Hant-HK"
    assert "今天到期" in mail["Subject"]
    assert "您因職務" in mail.get_content()


def test_nothing_goes_twice_when_delivery_runs_again(post: Settings, server: MailServer) -> None:
    queue("owner@a.example")
    assert queue("owner@a.example") is False
    assert [deliver_due(post), deliver_due(post)] == [Delivery(sent=1), Delivery()]
    assert len(server.taken) == 1


def test_message_is_tried_again_when_the_server_puts_it_off(
    post: Settings, server: MailServer
) -> None:
    queue("putoff@a.example")
    assert deliver_due(post) == Delivery(put_off=1)
    first = row("putoff@a.example")
    assert (first.state, first.next_attempt_at) == ("queued", NOW + MINUTE)
    assert "451" in (first.last_error or "")
    assert deliver_due(post) == Delivery()
    with clock.frozen(NOW + MINUTE):
        assert deliver_due(post) == Delivery(sent=1)
    assert [mail["Message-ID"] for mail in server.taken] == [first.message_id]
    assert row("putoff@a.example").last_error is None


def test_message_is_parked_when_the_server_refuses_it_for_good(
    post: Settings, server: MailServer
) -> None:
    queue("refused@a.example")
    queue("owner@a.example")
    assert deliver_due(post) == Delivery(sent=1, parked=1)
    parked = row("refused@a.example")
    assert parked.state == "parked"
    assert "550 5.1.1 no such mailbox" in (parked.last_error or "")
    with clock.frozen(NOW + 1000 * MINUTE):
        assert deliver_due(post) == Delivery()


def test_message_keeps_its_identity_when_the_line_dropped_after_it_was_taken(
    post: Settings, server: MailServer
) -> None:
    queue("before@a.example")
    queue("dropped@a.example")
    queue("after@a.example")
    assert deliver_due(post) == Delivery(sent=2, put_off=1)
    with clock.frozen(NOW + MINUTE):
        assert deliver_due(post) == Delivery(sent=1)
    twice = {mail["Message-ID"] for mail in server.to("dropped@a.example")}
    assert len(server.to("dropped@a.example")) == 2
    assert twice == {row("dropped@a.example").message_id}
    assert len(server.to("before@a.example")) == len(server.to("after@a.example")) == 1


def test_nothing_is_lost_when_the_server_is_down(app: Flask, post: Settings) -> None:
    queue("owner@a.example")
    with MailServer() as gone:
        dead = replace(post, smtp_url=gone.url)
    assert deliver_due(dead) == Delivery(put_off=1)
    with clock.frozen(NOW + MINUTE):
        assert deliver_due(post) == Delivery(sent=1)


def test_message_is_parked_when_every_attempt_failed(app: Flask, post: Settings) -> None:
    queue("owner@a.example")
    with MailServer() as gone:
        dead = replace(post, smtp_url=gone.url)
    outcomes = []
    for attempt in range(ATTEMPTS):
        with clock.frozen(NOW + attempt * timedelta(hours=7)):
            outcomes.append(deliver_due(dead))
    assert outcomes[-1] == Delivery(parked=1)
    assert set(outcomes[:-1]) == {Delivery(put_off=1)}


def test_each_message_goes_once_when_several_workers_deliver(
    app: Flask, post: Settings, server: MailServer
) -> None:
    for number in range(30):
        queue(f"owner{number}@a.example")

    def one() -> Delivery:
        with app.app_context():
            return deliver_due(post)

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(copy_context().run, one) for _ in range(4)]
        sent = sum(job.result().sent for job in jobs)
    assert sent == len(server.taken) == 30
    assert len({mail["Message-ID"] for mail in server.taken}) == 30


def test_many_share_one_line_when_delivered_together(post: Settings, server: MailServer) -> None:
    for number in range(20):
        queue(f"owner{number}@a.example")
    deliver_due(post)
    assert server.connections == 1


@pytest.mark.parametrize("address", ["no address", "a\nBcc: x@y.example", "名字@a.example"])
def test_address_never_breaks_a_mail_when_it_is_odd(
    post: Settings, server: MailServer, address: str
) -> None:
    queue(address)
    queue("owner@a.example")
    deliver_due(post)
    assert len(server.to("owner@a.example")) == 1
    assert all("Bcc" not in mail for mail in server.taken)


def test_message_waits_in_the_app_when_no_server_is_set(app: Flask, post: Settings) -> None:
    queue("owner@a.example")
    assert deliver_due(replace(post, smtp_url=None)) == Delivery()
    assert row("owner@a.example").state == "queued"
