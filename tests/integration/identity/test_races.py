"""Many at once: a proof is used by one alone, failures are all counted, a link is good once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from flask import Flask

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import services
from hkbio_gmp.identity.models import Grant, Signature, SignInGuard
from hkbio_gmp.identity.services import signing
from hkbio_gmp.identity.services.access import Client
from hkbio_gmp.identity.services.sign_in import sign_in
from hkbio_gmp.identity.services.signing import SignedRecord
from hkbio_gmp.kernel.errors import DomainError
from tests.integration.identity.accounts import (
    CLI,
    HASH,
    PASSWORD,
    add_account,
    count,
    decide,
    messages,
    principal,
    propose,
    settings,
)

EMAIL = "quality@lct.example"
RECORD = SignedRecord("project", "P1", 3, "d" * 64, "LCT", "Asia/Hong_Kong")
THREADS = 6


def at_once(site: Flask, act: Callable[[], object]) -> list[object]:
    """Run ``act`` in several threads; what each returned, or the refusal."""

    def one() -> object:
        with site.app_context():
            try:
                return act()
            except DomainError as refusal:
                return refusal

    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(copy_context().run, one) for _ in range(THREADS)]
        return [job.result() for job in jobs]


def winners(answers: list[object]) -> int:
    return sum(not isinstance(answer, DomainError) for answer in answers)


def test_one_signature_is_made_when_a_proof_is_used_at_once(site: Flask) -> None:
    who = add_account(EMAIL, "quality", "LCT")
    proof = signing.prove_password(db.session, settings(site), who.person_id, PASSWORD, RECORD)

    def sign() -> object:
        return work.run(
            who.actor,
            "facilities:project:accepted",
            None,
            lambda unit: signing.sign(unit, who, proof, "accepted", RECORD),
        )

    assert winners(at_once(site, sign)) == 1
    assert count(Signature) == 1


def test_every_failure_counts_when_they_come_at_once(site: Flask) -> None:
    add_account(EMAIL, "quality", "LCT")
    chosen = settings(site, lockout_failures=THREADS)

    def guess() -> object:
        return sign_in(db.session, chosen, EMAIL, "wrong", Client())

    assert at_once(site, guess) == [None] * THREADS
    db.session.rollback()
    assert db.session.query(SignInGuard).one().locked_until is not None
    assert len(messages(EMAIL)) == 1


def test_a_link_is_good_once_when_followed_at_once(site: Flask) -> None:
    add_account(EMAIL, "quality", "LCT")
    link = work.run(
        CLI, "identity:person:invited", None, lambda unit: services.invite_person(unit, EMAIL)
    )

    def follow() -> object:
        return work.run(
            CLI,
            "identity:invitation:accepted",
            None,
            lambda unit: services.accept_invitation(unit, link, HASH).code,
        )

    assert winners(at_once(site, follow)) == 1


def test_one_role_is_given_when_proposed_at_once(site: Flask) -> None:
    admin = add_account("admin@system.example", "admin")
    add_account(EMAIL)
    assert winners(at_once(site, lambda: propose(admin, EMAIL, "operator", "LCT"))) == 1
    assert count(Grant) == 2


def test_one_decision_is_made_when_two_come_at_once(site: Flask) -> None:
    admin = add_account("admin@system.example", "admin")
    add_account("manager@lct.example", "facility_manager", "LCT")
    add_account(EMAIL)
    grant = propose(admin, EMAIL, "operator", "LCT")
    manager = principal("manager@lct.example")
    answers = at_once(site, lambda: decide(manager, grant, "refuse", "not trained"))
    assert winners(answers) == 1
