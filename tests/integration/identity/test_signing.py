"""Signatures: two components each time, one version of one record, and every way to cheat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.forms import SignatureForm, prove_from_body, prove_from_form
from hkbio_gmp.identity.models import Person, Signature
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import signing
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof
from hkbio_gmp.kernel.actors import Actor, Signed
from hkbio_gmp.kernel.errors import SignatureRefused, Stale
from tests.integration.identity.accounts import (
    MINUTE,
    NOW,
    PASSWORD,
    add_account,
    at,
    count,
    disable,
    events,
    messages,
    settings,
)

QUALITY, OTHER = "quality@lct.example", "second-quality@lct.example"
RECORD = SignedRecord("project", "P1", 3, "d" * 64, "LCT", "Asia/Hong_Kong", "STARTUP-A")
SECOND = timedelta(seconds=1)
Prove = Callable[..., SigningProof]


@pytest.fixture
def quality(site: Flask) -> PersonPrincipal:
    return add_account(QUALITY, "quality", "LCT")


@pytest.fixture
def prove(site: Flask, quality: PersonPrincipal) -> Prove:
    def typed(password: str = PASSWORD, record: SignedRecord = RECORD) -> SigningProof:
        return signing.prove_password(
            db.session, settings(site), quality.person_id, password, record
        )

    return typed


def sign(
    who: PersonPrincipal,
    proof: SigningProof,
    record: SignedRecord = RECORD,
    actor: Actor | None = None,
) -> Signed:
    return work.run(
        actor or who.actor,
        "facilities:project:accepted",
        None,
        lambda unit: signing.sign(unit, who, proof, "accepted", record),
    )


def refuse(who: PersonPrincipal, proof: SigningProof, record: SignedRecord = RECORD) -> None:
    before = count(Signature)
    with pytest.raises(SignatureRefused):
        sign(who, proof, record)
    assert count(Signature) == before


def test_signature_says_who_what_when_and_why_when_made(
    quality: PersonPrincipal, prove: Prove
) -> None:
    signed = sign(quality, prove())
    assert signed.number == "SIG-000001"
    assert (signed.meaning, signed.name, signed.role) == ("accepted", quality.name, "quality")
    assert (signed.at, signed.zone) == ("2027-01-13T02:42:00.000000Z", "Asia/Hong_Kong")
    assert signed.record == {"type": "project", "ref": "P1", "version": 3, "digest": "d" * 64}


def test_numbers_follow_each_other_when_signatures_are_made(
    quality: PersonPrincipal, prove: Prove
) -> None:
    numbers = [sign(quality, prove()).number for _ in range(3)]
    assert numbers == ["SIG-000001", "SIG-000002", "SIG-000003"]


def test_proof_is_refused_when_it_was_used(quality: PersonPrincipal, prove: Prove) -> None:
    proof = prove()
    sign(quality, proof)
    refuse(quality, proof)


def test_proof_is_refused_when_the_record_is_another(
    quality: PersonPrincipal, prove: Prove, subtests: pytest.Subtests
) -> None:
    for other in [
        replace(RECORD, version=4),
        replace(RECORD, version=2),
        replace(RECORD, ref="P2"),
        replace(RECORD, type="booking"),
        replace(RECORD, digest="e" * 64),
    ]:
        with subtests.test(other=other):
            refuse(quality, prove(), other)


def test_proof_is_refused_when_another_person_brings_it(
    quality: PersonPrincipal, prove: Prove
) -> None:
    refuse(add_account(OTHER, "quality", "LCT"), prove())


def test_proof_is_refused_when_somebody_else_acts(quality: PersonPrincipal, prove: Prove) -> None:
    with pytest.raises(SignatureRefused):
        sign(quality, prove(), actor=Actor("cli:root", "root", "cli"))


def test_proof_is_good_for_sixty_seconds_when_made(
    quality: PersonPrincipal, prove: Prove, subtests: pytest.Subtests
) -> None:
    for after, good in [(59, True), (60, False), (61, False), (-1, False)]:
        with subtests.test(after=after, good=good):
            proof = prove()
            with at(after * SECOND):
                if good:
                    sign(quality, proof)
                else:
                    refuse(quality, proof)


def test_proof_is_refused_when_it_is_made_up(
    quality: PersonPrincipal, subtests: pytest.Subtests
) -> None:
    for secret in ["", "guess", "\x00"]:
        with subtests.test(secret=secret):
            refuse(quality, SigningProof(secret))


def test_proof_is_refused_when_its_person_was_disabled_since(
    quality: PersonPrincipal, prove: Prove
) -> None:
    proof = prove()
    disable(QUALITY)
    refuse(quality, proof)


@pytest.mark.parametrize("typed", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\x00", "\ud800"])
def test_password_is_refused_when_it_is_wrong(prove: Prove, typed: str) -> None:
    with pytest.raises(SignatureRefused) as refused:
        prove(typed)
    assert [error.field for error in refused.value.errors] == ["password"]
    assert events()[-1] == ("signature refused", "")


def test_account_locks_for_signing_and_sign_in_when_failures_repeat(
    site: Flask, prove: Prove
) -> None:
    for _ in range(5):
        with pytest.raises(SignatureRefused):
            prove("wrong")
    assert len(messages(QUALITY)) == 1
    with pytest.raises(SignatureRefused):
        prove()
    with at(15 * MINUTE):
        prove()


def test_failures_are_forgotten_when_a_password_is_proved(prove: Prove) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignatureRefused):
                prove("wrong")
        prove()
    assert messages(QUALITY) == []


def test_password_is_not_proved_when_the_account_is_disabled(prove: Prove) -> None:
    disable(QUALITY)
    with pytest.raises(SignatureRefused):
        prove()


def test_nothing_is_consumed_when_the_command_fails(quality: PersonPrincipal, prove: Prove) -> None:
    proof = prove()

    def command(unit: work.Work) -> None:
        signing.sign(unit, quality, proof, "accepted", RECORD)
        raise LookupError

    with pytest.raises(LookupError):
        work.run(quality.actor, "facilities:project:accepted", None, command)
    assert sign(quality, proof).number == "SIG-000001"


@pytest.mark.parametrize("statement", ["UPDATE signature SET name = 'x'", "DELETE FROM signature"])
def test_signature_stands_when_the_table_is_written_directly(
    quality: PersonPrincipal, prove: Prove, statement: str
) -> None:
    sign(quality, prove())
    with pytest.raises(DBAPIError), db.engine.raw_connection() as raw:
        execute_raw(raw, statement)
    assert count(Signature) == 1


def execute_raw(raw: object, statement: str) -> None:
    """Past the guard, as an administrator of the database would."""
    try:
        raw.cursor().execute(statement)  # type: ignore[attr-defined]
    except Exception as error:
        raise DBAPIError(statement, None, error) from error


def test_digest_changes_when_the_record_does(site: Flask, quality: PersonPrincipal) -> None:
    person = db.session.get_one(Person, quality.person_id)
    before = signing.record_digest(db.session, person)
    assert before == signing.record_digest(db.session, person)
    person.name = "Another name"
    assert signing.record_digest(db.session, person) != before
    person.name = quality.name
    assert signing.record_digest(db.session, person, person) != before


def form(site: Flask, **changes: str) -> SignatureForm:
    typed = {"password": PASSWORD, **SignatureForm.shown(RECORD), **changes}
    return SignatureForm(MultiDict(typed))


def test_form_proves_the_version_that_was_shown_when_sent(
    site: Flask, quality: PersonPrincipal
) -> None:
    with site.test_request_context(method="POST"):
        assert sign(quality, prove_from_form(form(site), quality, RECORD)).number == "SIG-000001"


def test_form_is_stale_when_the_record_changed_since_it_was_shown(
    site: Flask, quality: PersonPrincipal, subtests: pytest.Subtests
) -> None:
    for changes in [{"version": "2"}, {"digest": "e" * 64}, {"version": ""}]:
        request = site.test_request_context(method="POST")
        with subtests.test(changes=changes), request, pytest.raises(Stale):
            prove_from_form(form(site, **changes), quality, RECORD)


def test_body_proves_when_its_signature_holds_the_password(
    site: Flask, quality: PersonPrincipal
) -> None:
    with site.test_request_context(method="POST"):
        body = {"signature": {"password": PASSWORD}}
        assert sign(quality, prove_from_body(body, quality, RECORD)).at.startswith("2027-01-13")


def test_body_is_refused_when_its_signature_has_no_password(
    site: Flask, quality: PersonPrincipal, subtests: pytest.Subtests
) -> None:
    signatures: list[object] = [
        None,
        "x",
        [],
        {},
        {"password": None},
        {"password": 7},
        {"password": ""},
    ]
    for signature in signatures:
        with subtests.test(signature=signature):
            with (
                site.test_request_context(method="POST"),
                pytest.raises(SignatureRefused) as refused,
            ):
                prove_from_body({"signature": signature}, quality, RECORD)
            assert refused.value.errors[0].field == "signature.password"


def test_clock_is_the_tests_when_signing(quality: PersonPrincipal, prove: Prove) -> None:
    sign(quality, prove())
    assert db.session.query(Signature).one().at == NOW
