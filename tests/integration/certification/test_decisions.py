"""Quality's signed decisions: who may, who never, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.services.verification import verify_logs
from hkbio_gmp.certification import services
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.models import Signature
from hkbio_gmp.identity.queries import get_person
from hkbio_gmp.identity.services.accounts import give_role
from hkbio_gmp.kernel import events
from hkbio_gmp.kernel.errors import (
    NotAllowed,
    NotFound,
    NotValid,
    SignatureRefused,
    Stale,
    WrongState,
)
from hkbio_gmp.kernel.events import ValidityEnded
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.work import Work
from tests.integration.certification import world
from tests.integration.certification.world import (
    ADMIN_A,
    FOREIGN_QUALITY,
    GOWNING,
    INSURANCE,
    MANAGER,
    OPERATOR,
    QUALITY,
    REQUESTER_A,
    ROOM,
    SECOND,
)

VERBS = ["verify", "reject", "suspend", "reinstate", "withdraw"]


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ValidityEnded]]:
    """What was announced; booking's own answer to it is booking's to test."""
    heard: list[ValidityEnded] = []

    def hear(_work: Work, event: ValidityEnded) -> list[Finding]:
        heard.append(event)
        return []

    monkeypatch.setitem(events._handlers, ValidityEnded, [hear])
    yield heard


def test_certificate_counts_when_quality_has_verified_it(site: Flask) -> None:
    reference = world.submit()
    world.decide(reference, "verify", reason=None)
    row = world.stored(reference)
    assert (row.state, row.version, row.decided_by) == ("valid", 2, world.who(QUALITY).code)
    told = [m for m in world.mails("certificate") if "verified" in m.subject]
    assert {mail.email for mail in told} == {OPERATOR, MANAGER}


def test_decision_is_signed_in_the_log_when_taken(site: Flask) -> None:
    reference = world.certify()
    signature = db.session.scalars(select(Signature)).one()
    assert (signature.meaning, signature.record_ref) == ("verified", reference)
    acts = record_history(db.session, "LCT", "certificate", reference)
    assert acts[0].head["signature"]["number"] == signature.number
    assert [report.holds for report in verify_logs(db.session)] == [True, True, True]


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_submitted_never_decides_when_it_is_their_own(site: Flask, verb: str) -> None:
    reference = world.submit(email=QUALITY)
    prepare(reference, verb, SECOND)
    with pytest.raises(NotAllowed):
        world.decide(reference, verb, QUALITY)


@pytest.mark.parametrize("verb", VERBS)
def test_subject_never_decides_when_it_is_about_themselves(site: Flask, verb: str) -> None:
    reference = world.submit(replace(GOWNING, subject_code=QUALITY))
    prepare(reference, verb, SECOND)
    with pytest.raises(NotAllowed):
        world.decide(reference, verb, QUALITY)


def test_startup_never_certifies_itself_when_its_person_is_quality(site: Flask) -> None:
    world.act(
        world.CLI,
        lambda unit: give_role(unit, get_person(unit.session, ADMIN_A), "quality", "LCT").id,
    )
    reference = world.submit(INSURANCE)
    with pytest.raises(NotAllowed):
        world.decide(reference, "verify", ADMIN_A)


def prepare(reference: str, verb: str, email: str = QUALITY) -> None:
    """Bring a submitted certificate into a state that allows the verb."""
    for earlier in {"verify": [], "reject": [], "reinstate": ["verify", "suspend"]}.get(
        verb, ["verify"]
    ):
        world.decide(reference, earlier, email)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("email", "error"),
    [(OPERATOR, NotAllowed), (MANAGER, NotAllowed), (FOREIGN_QUALITY, NotFound)],
)
def test_decision_is_refused_when_the_person_is_not_quality_there(
    site: Flask, verb: str, email: str, error: type[Exception]
) -> None:
    reference = world.submit(email=SECOND)
    prepare(reference, verb)
    with pytest.raises(error):
        world.decide(reference, verb, email)


@pytest.mark.parametrize("verb", VERBS[1:])
def test_decision_is_refused_when_the_reason_is_missing(site: Flask, verb: str) -> None:
    reference = world.submit()
    prepare(reference, verb)
    with pytest.raises(NotValid) as refused:
        world.decide(reference, verb, reason=None)
    assert refused.value.errors[0].field == "reason"


def test_decision_is_refused_when_the_state_does_not_allow_it(site: Flask) -> None:
    reference = world.submit()
    with pytest.raises(WrongState):
        world.decide(reference, "suspend")


def test_decision_is_refused_when_the_certificate_changed_since_it_was_read(site: Flask) -> None:
    reference = world.certify()
    signed, version = world.proof(QUALITY, reference)
    world.decide(reference, "suspend", SECOND)
    person = world.who(QUALITY)
    with pytest.raises(Stale):
        world.act(
            person.actor,
            lambda unit: services.decide_certificate(
                unit, person, reference, "withdraw", signed, version
            ),
            "why",
        )


def test_signature_is_refused_when_the_password_is_wrong(site: Flask) -> None:
    reference = world.submit()
    with pytest.raises(SignatureRefused):
        world.proof(QUALITY, reference, "wrong")
    assert world.status(reference) == "submitted"


def test_proof_is_good_once_when_it_is_used_again(site: Flask) -> None:
    reference, other = world.submit(), world.submit(GOWNING)
    signed, version = world.proof(QUALITY, reference)
    person = world.who(QUALITY)
    for target, expected in ((other, SignatureRefused), (reference, None), (reference, WrongState)):

        def verify(unit: Work, target: str = target) -> str:
            return services.decide_certificate(
                unit, person, target, "verify", signed, version
            ).reference

        if expected is None:
            world.act(person.actor, verify)
            continue
        with pytest.raises(expected):
            world.act(person.actor, verify)


@pytest.mark.parametrize("verb", ["suspend", "withdraw"])
def test_bookings_hear_of_it_when_validity_ends(
    site: Flask, ended: list[ValidityEnded], verb: str
) -> None:
    reference = world.certify()
    assert ended == []
    world.decide(reference, verb)
    assert [(e.subject_type, e.subject_code, e.facility) for e in ended] == [
        ("resource", "LCT-CR1", "LCT")
    ]


def test_bookings_hear_nothing_when_the_kind_opens_no_gate(
    site: Flask, ended: list[ValidityEnded]
) -> None:
    review = replace(ROOM, kind="access_review", subject_type="facility", subject_code="LCT")
    world.decide(world.certify(review), "suspend")
    assert ended == []


def test_owner_is_told_when_their_certificate_is_suspended(site: Flask) -> None:
    reference = world.certify(GOWNING)
    world.decide(reference, "suspend", reason="Failed the fingertip plates.")
    told = [m for m in world.mails("certificate") if "suspended" in m.subject]
    assert {mail.email for mail in told} == {REQUESTER_A, OPERATOR}
    assert all("Failed the fingertip plates." in mail.body for mail in told)


def test_certificate_counts_again_when_reinstated(site: Flask) -> None:
    reference = world.certify()
    world.decide(reference, "suspend")
    assert world.status(reference) == "suspended"
    world.decide(reference, "reinstate", SECOND)
    assert world.status(reference) == "due"
    world.decide(reference, "withdraw")
    assert world.status(reference) == "withdrawn"
