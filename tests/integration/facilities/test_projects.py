"""Projects and batches: who may propose, accept and see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from hkbio_gmp import work
from hkbio_gmp.audit.models import AuditEntry
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SigningProof, prove_password
from hkbio_gmp.kernel.errors import (
    NotAllowed,
    NotFound,
    NotValid,
    SignatureRefused,
    WrongState,
)
from tests.integration.facilities.accounts import (
    PASSWORD,
    PROPOSAL,
    add_account,
    add_organisations,
    import_small,
    propose,
)

CODE = "STARTUP-A-P1"
UNUSED = SigningProof("a proof that is never looked at")


@pytest.fixture
def people(app: Flask) -> dict[str, PersonPrincipal]:
    import_small("LCT", "CUHK")
    add_organisations("STARTUP-A", "STARTUP-B")
    return {
        "admin": add_account("admin@a.example", "organisation_admin", "STARTUP-A"),
        "requester": add_account("requester@a.example", "requester", "STARTUP-A"),
        "other": add_account("admin@b.example", "organisation_admin", "STARTUP-B"),
        "quality": add_account("quality@lct.example", "quality", "LCT"),
        "manager": add_account("manager@lct.example", "facility_manager", "LCT"),
        "elsewhere": add_account("quality@cuhk.example", "quality", "CUHK"),
    }


def proof_of(person: PersonPrincipal, password: str = PASSWORD) -> SigningProof:
    db.session.rollback()
    row = queries.find_project(db.session, CODE)
    assert row is not None
    record = services.project_record(db.session, row)
    settings = current_app.extensions["settings"]
    return prove_password(db.session, settings, person.person_id, password, record)


def accept(person: PersonPrincipal, proof: SigningProof) -> str:
    return work.run(
        person.actor,
        "facilities:project:accepted",
        None,
        lambda unit: services.accept_project(unit, person, proof, CODE),
    )


def close(person: PersonPrincipal, reason: str | None = "no longer needed") -> None:
    work.run(
        person.actor,
        "facilities:project:closed",
        reason,
        lambda unit: services.close_project(unit, person, CODE),
    )


def register(person: PersonPrincipal, code: str = "B1", donor: str | None = None) -> str:
    return work.run(
        person.actor,
        "facilities:batch:registered",
        None,
        lambda unit: services.register_batch(
            unit, person, code=code, project=CODE, autologous=True, donor_code=donor
        ),
    )


def status() -> str:
    db.session.rollback()
    row = queries.find_project(db.session, CODE)
    assert row is not None
    return row.status


def test_project_is_accepted_and_signed_when_quality_decides(people) -> None:
    assert propose(people["admin"]) == CODE
    number = accept(people["quality"], proof_of(people["quality"]))
    assert status() == "accepted"
    row = queries.get_project(db.session, people["requester"], CODE)
    assert row.signature == number
    leaf = db.session.scalars(
        select(AuditEntry.leaf).where(AuditEntry.action == "facilities:project:accepted")
    ).first()
    assert leaf is not None
    assert number in leaf
    assert '"organisation":"STARTUP-A"' in leaf


def test_proposal_is_refused_when_the_person_is_not_the_organisations_admin(people) -> None:
    for role in ("requester", "quality", "other", "manager"):
        with pytest.raises(NotValid) as refused:
            propose(people[role])
        assert refused.value.errors[0].field == "organisation"


def test_foreign_and_absent_organisation_answer_alike_when_proposed_for(people) -> None:
    said = []
    for organisation in ("STARTUP-A", "STARTUP-Z"):
        with pytest.raises(NotValid) as refused:
            propose(people["other"], replace(PROPOSAL, organisation=organisation))
        said.append(str(refused.value.errors[0].message).replace(organisation, "X"))
    assert said[0] == said[1]


def test_every_wrong_field_is_named_when_a_proposal_is_wrong(people) -> None:
    wrong = replace(PROPOSAL, code="p 1", title="", facility="NONE", process_class="none")
    with pytest.raises(NotValid) as refused:
        propose(people["admin"], wrong)
    assert {error.field for error in refused.value.errors} == {"code", "title", "facility"}


def test_code_is_refused_when_it_is_taken(people) -> None:
    propose(people["admin"])
    with pytest.raises(NotValid) as refused:
        propose(people["admin"])
    assert refused.value.errors[0].field == "code"


def test_acceptance_is_not_allowed_when_the_person_is_not_quality(people) -> None:
    propose(people["admin"])
    for role in ("admin", "requester", "manager"):
        with pytest.raises(NotAllowed):
            accept(people[role], UNUSED)
    assert status() == "proposed"


def test_project_is_not_found_when_it_is_out_of_scope(people) -> None:
    propose(people["admin"])
    for role in ("other", "elsewhere"):
        with pytest.raises(NotFound):
            accept(people[role], UNUSED)
        with pytest.raises(NotFound):
            queries.get_project(db.session, people[role], CODE)
        assert queries.list_projects(db.session, people[role]) == []


def test_signature_is_refused_when_the_password_is_wrong(people) -> None:
    propose(people["admin"])
    with pytest.raises(SignatureRefused):
        proof_of(people["quality"], "wrong")
    assert status() == "proposed"


def test_signature_is_refused_when_the_proof_is_used_twice(people) -> None:
    propose(people["admin"])
    proof = proof_of(people["quality"])
    accept(people["quality"], proof)
    with pytest.raises((SignatureRefused, WrongState)):
        accept(people["quality"], proof)


def test_project_takes_no_batch_when_it_is_closed(people) -> None:
    propose(people["admin"])
    close(people["quality"])
    assert status() == "closed"
    with pytest.raises(WrongState):
        register(people["admin"])
    with pytest.raises(WrongState):
        close(people["quality"])


def test_closing_is_refused_when_no_reason_is_given(people) -> None:
    propose(people["admin"])
    with pytest.raises(NotValid):
        close(people["quality"], None)


def test_batch_has_the_projects_code_before_it_when_registered(people) -> None:
    propose(people["admin"])
    assert register(people["admin"], donor="D-0042") == f"{CODE}-B1"
    assert register(people["admin"], f"{CODE}-B2") == f"{CODE}-B2"
    seen = queries.list_batches(db.session, people["quality"], project=CODE)
    assert [row.code for row in seen] == [f"{CODE}-B1", f"{CODE}-B2"]
    assert queries.list_batches(db.session, people["other"]) == []
    with pytest.raises(NotFound):
        queries.get_batch(db.session, people["other"], f"{CODE}-B1")


def test_batch_is_refused_when_a_code_resembles_a_person(people) -> None:
    propose(people["admin"])
    for code, donor in (("CHAN-TAI-1", None), ("B1", "A123456-7")):
        with pytest.raises(NotValid) as refused:
            register(people["admin"], code, donor)
        assert refused.value.errors[0].field == ("donor_code" if donor else "code")


def test_batch_is_not_allowed_when_the_person_only_reads(people) -> None:
    propose(people["admin"])
    for role in ("requester", "quality"):
        with pytest.raises(NotAllowed):
            register(people[role])
    with pytest.raises(NotValid):
        register(people["other"])
