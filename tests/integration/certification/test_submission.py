"""Submitting and renewing: what is refused, field by field, and who hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from hkbio_gmp.certification import queries, services
from hkbio_gmp.certification.services import Renewal, Submission
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import NotAllowed, NotFound, NotValid
from tests.integration.certification import world
from tests.integration.certification.world import (
    ADMIN_A,
    ADMIN_B,
    DAY,
    FOREIGN_OPERATOR,
    FOREIGN_QUALITY,
    GOWNING,
    INSURANCE,
    LICENCE,
    OPERATOR,
    QUALITY,
    REQUESTER_A,
    ROOM,
    SECOND,
    TODAY,
)

NEXT = Renewal(
    "Q-27-001", "CONTRACTOR-Q", TODAY, ROOM.valid_until + DAY, ROOM.valid_until + 180 * DAY
)


def fields(refused: pytest.ExceptionInfo[NotValid]) -> list[str]:
    return [error.field for error in refused.value.errors]


@pytest.mark.parametrize("given", [ROOM, LICENCE, GOWNING, INSURANCE], ids=lambda g: g.kind)
def test_certificate_waits_for_quality_when_submitted(site: Flask, given: Submission) -> None:
    reference = world.submit(given)
    assert reference == "LCT-CERT-2027-0001"
    assert world.status(reference) == "submitted"
    told = {mail.email for mail in world.mails("certificate")}
    assert told == {QUALITY, SECOND}


def test_quality_is_not_told_of_its_own_when_it_submits(site: Flask) -> None:
    world.submit(ROOM, QUALITY)
    assert [mail.email for mail in world.mails("certificate")] == [SECOND]


def test_startup_submits_for_itself_and_its_people_when_in_scope(site: Flask) -> None:
    assert world.submit(INSURANCE, ADMIN_A)
    assert world.submit(GOWNING, REQUESTER_A)


def test_address_is_stored_in_lower_case_when_typed_otherwise(site: Flask) -> None:
    reference = world.submit(replace(GOWNING, subject_code=" Requester@A.Example "))
    row = world.stored(reference)
    assert row.subject_code == REQUESTER_A
    assert row.organisation is not None
    assert row.organisation.code == "STARTUP-A"


@pytest.mark.parametrize("given", [ROOM, LICENCE], ids=lambda g: g.kind)
@pytest.mark.parametrize("email", [ADMIN_A, FOREIGN_OPERATOR])
def test_facility_submission_is_refused_when_out_of_scope(
    site: Flask, given: Submission, email: str
) -> None:
    with pytest.raises(NotAllowed):
        world.submit(given, email)


@pytest.mark.parametrize("given", [GOWNING, INSURANCE], ids=lambda g: g.kind)
def test_foreign_subject_answers_as_an_absent_one_when_a_startup_asks(
    site: Flask, given: Submission
) -> None:
    absent = replace(given, subject_code=f"NO-{given.subject_code}")
    said = []
    for one in (given, absent):
        with pytest.raises(NotValid) as refused:
            world.submit(one, ADMIN_B)
        said.append((str(refused.value), [str(e.message) for e in refused.value.errors]))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "no_such_kind"}, "kind"),
        ({"kind": "gowning_qualification"}, "subject"),
        ({"facility": None}, "facility"),
        ({"facility": "NOWHERE"}, "facility"),
        ({"subject_code": "LCT-NONE"}, "subject"),
        ({"subject_code": "CUHK-CR1"}, "subject"),
        ({"subject_code": "LCT-CR1\x00"}, "subject"),
        ({"valid_until": ROOM.valid_from - DAY}, "valid_until"),
        ({"issued_on": ROOM.valid_until + DAY}, "issued_on"),
        ({"valid_until": date.max}, "valid_until"),
        ({"valid_from": date.min}, "valid_from"),
    ],
)
def test_field_is_named_when_it_is_wrong(site: Flask, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as refused:
        world.submit(replace(ROOM, **changes))
    assert field in fields(refused)
    assert all(str(error.remedy) for error in refused.value.errors)


def renew(reference: str, given: Renewal = NEXT, email: str = OPERATOR) -> str:
    person = world.who(email)
    return world.act(
        person.actor,
        lambda unit: services.renew_certificate(unit, person, reference, given).reference,
    )


def test_renewal_supersedes_only_when_quality_has_verified_it(site: Flask) -> None:
    old = world.certify()
    assert world.status(old) == "due"
    new = renew(old)
    assert world.status(old) == "due"
    world.decide(new, "verify")
    assert (world.status(old), world.status(new)) == ("valid", "valid")
    with world.at(NEXT.valid_from):
        assert (world.status(old), world.status(new)) == ("superseded", "valid")


def test_old_certificate_stays_due_when_its_renewal_leaves_a_gap(site: Flask) -> None:
    old = world.certify()
    late = replace(NEXT, valid_from=NEXT.valid_from + DAY)
    world.decide(renew(old, late), "verify")
    assert world.status(old) == "due"


def test_renewal_is_refused_when_it_ends_no_later(site: Flask) -> None:
    old = world.certify()
    with pytest.raises(NotValid) as refused:
        renew(old, replace(NEXT, valid_from=ROOM.valid_from, valid_until=ROOM.valid_until))
    assert fields(refused) == ["valid_until"]


@pytest.mark.parametrize("verbs", [(), ("reject",), ("verify", "withdraw")])
def test_renewal_is_refused_when_the_old_one_does_not_count(
    site: Flask, verbs: tuple[str, ...]
) -> None:
    old = world.submit()
    for verb in verbs:
        world.decide(old, verb)
    with pytest.raises(NotValid) as refused:
        renew(old)
    assert fields(refused) == ["renews"]


def test_renewal_is_refused_when_it_is_of_another_facility(site: Flask) -> None:
    old = world.certify(INSURANCE)
    elsewhere = replace(
        INSURANCE, facility="CUHK", valid_until=INSURANCE.valid_until + DAY, renews=old
    )
    with pytest.raises(NotValid) as refused:
        world.submit(elsewhere, ADMIN_A)
    assert fields(refused) == ["renews"]


def test_renewal_answers_as_absent_when_the_old_one_is_foreign(site: Flask) -> None:
    old = world.certify(INSURANCE)
    for reference in (old, "LCT-CERT-2027-9999"):
        with pytest.raises(NotFound):
            renew(reference, email=ADMIN_B)


@pytest.mark.parametrize(
    ("email", "seen"),
    [
        (OPERATOR, {"room", "licence", "gowning", "insurance"}),
        (FOREIGN_QUALITY, set()),
        (ADMIN_A, {"room", "licence", "gowning", "insurance"}),
        (ADMIN_B, {"room", "licence"}),
    ],
)
def test_register_shows_what_is_within_reach_when_read(
    site: Flask, email: str, seen: set[str]
) -> None:
    made = {
        "room": world.certify(ROOM),
        "licence": world.certify(LICENCE),
        "gowning": world.certify(GOWNING),
        "insurance": world.certify(INSURANCE),
    }
    person = world.who(email)
    lines = queries.list_certificates(db.session, person, queries.CertificateFilter())
    assert {line.certificate.reference for line in lines} == {made[name] for name in seen}
    for name, reference in made.items():
        if name in seen:
            assert queries.get_certificate(db.session, person, reference)
            continue
        with pytest.raises(NotFound):
            queries.get_certificate(db.session, person, reference)


def test_history_is_for_the_facility_and_the_owner_alone_when_a_startup_reads(site: Flask) -> None:
    room = world.stored(world.certify(ROOM))
    assert queries.may_see_history(world.who(OPERATOR), room)
    assert not queries.may_see_history(world.who(ADMIN_A), world.stored(room.reference))
    own = world.stored(world.certify(INSURANCE))
    assert queries.may_see_history(world.who(ADMIN_A), own)


def test_pages_of_the_register_meet_when_read_by_cursor(site: Flask) -> None:
    made = [world.submit(replace(ROOM, valid_until=TODAY + n % 3 * DAY)) for n in range(7)]
    person, seen = world.who(OPERATOR), list[str]()
    after: tuple[date, int] | None = None
    while True:
        wanted = queries.CertificateFilter(after=after, limit=3)
        lines = queries.list_certificates(db.session, person, wanted)
        seen += [line.certificate.reference for line in lines[:3]]
        if len(lines) <= 3:
            break
        last = lines[2].certificate
        after = (last.valid_until, last.id)
    assert sorted(seen) == made
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "wanted",
    [
        {"facility": "\x00"},
        {"kind": "x" * 500},
        {"text": "100%"},
        {"status": "odd"},
        {"after": (TODAY, 2**70)},
        {"after": (TODAY, -1)},
    ],
)
def test_register_is_empty_when_no_row_can_match(site: Flask, wanted: dict[str, Any]) -> None:
    world.submit()
    found = queries.list_certificates(
        db.session, world.who(OPERATOR), queries.CertificateFilter(**wanted)
    )
    assert found == []


def test_cover_is_found_in_one_query_per_set_when_many_subjects_are_asked(site: Flask) -> None:
    world.certify(ROOM)
    world.submit(replace(ROOM, subject_code="LCT-CR2"))
    rejected = world.submit(replace(ROOM, subject_code="LCT-CR3"))
    world.decide(rejected, "reject")
    found = queries.coverage(
        db.session, "LCT", [("resource", code) for code in ("LCT-CR1", "LCT-CR2", "LCT-CR3")]
    )
    kind = "room_qualification_ab"
    assert {key: [str(c.state) for c in held] for key, held in found.items()} == {
        ("resource", "LCT-CR1", kind): ["valid"],
        ("resource", "LCT-CR2", kind): ["submitted"],
    }
    assert queries.coverage(db.session, "CUHK", [("resource", "LCT-CR1")]) == {}
    assert queries.coverage(db.session, "LCT", []) == {}
