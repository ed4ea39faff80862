"""What waits on the day of the demonstration: each role's list has something to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries, services
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.services import BookingWish
from hkbio_gmp.certification.services import Submission
from hkbio_gmp.demo import papers
from hkbio_gmp.demo.accounts import SITES
from hkbio_gmp.demo.sessions import Strand
from hkbio_gmp.demo.stage import Stage
from hkbio_gmp.demo.story import approve, next_workday, request, wish_of
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.grants import propose_grant
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound
from hkbio_gmp.notifications.models import OutboxMessage
from hkbio_gmp.work import write_unaudited

_READ_AFTER = timedelta(days=2)
_AHEAD_DAYS = (30, 37, 44, 51, 58)
_WAITING = (
    Strand("LCT", "STARTUP-A", "STARTUP-A-P1", "LCT-CR2", 0, 5, 0),
    Strand("LCT", "STARTUP-B", "STARTUP-B-P1", "LCT-VR1", 0, 9, 0),
    Strand("LCT", "STARTUP-C", "STARTUP-C-P1", "LCT-CR3", 0, 2, 0),
    Strand("CUHK", "STARTUP-A", "STARTUP-A-P2", "CUHK-R3", 0, 7, 0),
    Strand("CUHK", "STARTUP-B", "STARTUP-B-P2", "CUHK-R2", 0, 3, 0),
)


def plan(stage: Stage) -> None:
    """Put on the stage what was asked in the last hours and nobody has answered yet."""
    for minutes, strand in enumerate(_WAITING, 1):
        asked = stage.now - timedelta(hours=2, minutes=-7 * minutes)
        stage.at(asked, partial(_ask, stage, strand))
    stage.at(stage.now - timedelta(hours=3, minutes=20), partial(_urgent, stage))
    stage.at(stage.now - timedelta(minutes=50), partial(_move, stage, "STARTUP-A"))
    stage.at(stage.now - timedelta(hours=3), partial(_suspend, stage))
    for site in SITES:
        stage.at(stage.now - timedelta(hours=5), partial(_submit, stage, site))
    stage.at(stage.now - timedelta(hours=4), partial(_propose_role, stage))
    stage.at(stage.now - timedelta(minutes=1), _read_what_is_old)


def _ask(stage: Stage, strand: Strand) -> None:
    """The first of several weeks that is free; each refusal is a part of the story."""
    for days in _AHEAD_DAYS:
        wish = wish_of(strand, next_workday(stage.now + timedelta(days=days)), 0)
        if stage.attempt(partial(request, stage, strand, wish)):
            return


def _urgent(stage: Stage) -> None:
    """A patient's cells that cannot wait: approved alone, quality has yet to countersign."""
    strand = _WAITING[0]
    for days in range(6, 30):
        wish = wish_of(strand, next_workday(stage.now + timedelta(days=days)), 0)
        wish = replace(wish, urgent=True, note="The patient's conditioning has begun.")
        if stage.attempt(partial(_ask_and_approve, stage, strand, wish)):
            return


def _ask_and_approve(stage: Stage, strand: Strand, wish: BookingWish) -> None:
    approve(stage, strand, request(stage, strand, wish), 0)


def _move(stage: Stage, startup: str) -> None:
    """A move of an approved booking of the coming weeks, for its manager to answer."""
    requester = stage.who(f"requester@{startup.lower()}.example")
    known = select(Booking.reference).where(Booking.status == "approved").order_by(Booking.id)
    for reference in db.session.scalars(known).all():
        if _is_movable(requester, reference):
            stage.attempt(partial(_propose, stage, requester.email, reference))
            return


def _is_movable(requester: PersonPrincipal, reference: str) -> bool:
    try:
        row = queries.get_booking(db.session, requester, reference)
    except NotFound:
        return False
    ahead = row.sessions[0].starts - clock.now()
    return row.facility.code == "LCT" and ahead > timedelta(days=4)


def _propose(stage: Stage, email: str, reference: str) -> None:
    requester = stage.who(email)
    row = queries.get_booking(db.session, requester, reference)
    first, last = row.sessions[0].starts, row.sessions[-1].ends
    wish = services.moved_wish(row, first + timedelta(days=7), last + timedelta(days=7))
    stage.run(
        requester,
        "booking:slot:propose_move",
        "booking:slot:move_proposed",
        lambda unit: services.propose_move(unit, requester, reference, wish, None).id,
        reason="The donor is a week late.",
        organisation=row.organisation.code,
    )


def _submit(stage: Stage, site: str) -> None:
    today = stage.now.date()
    given = Submission(
        kind="incubator_mapping",
        facility=site,
        subject_type="resource",
        subject_code=f"{site}-INC-01",
        number="DEMO-INCU-2201",
        issuer="Demonstration issuer",
        issued_on=today,
        valid_from=today,
        valid_until=today + timedelta(days=364),
    )
    papers.submit(stage, site, given)


def _suspend(stage: Stage) -> None:
    """An operator's process simulation that grew."""
    reference = papers.latest("LCT", "operator_aps", "person", "operator3@startup-c.example")
    if reference is not None:
        papers.decide(stage, "LCT", reference, "suspend", "Growth on 1 of 420 units.")


def _propose_role(stage: Stage) -> None:
    """A role that somebody of the facility has yet to confirm."""
    admin = stage.who("admin@system.example")
    stage.run(
        admin,
        "identity:grant:propose",
        "identity:grant:proposed",
        lambda unit: (
            propose_grant(
                unit, admin, "second-operator@lct.example", "quality_control", "LCT", None
            ).id
        ),
    )


def _read_what_is_old() -> None:
    """People read their notices within two days."""
    before = clock.now() - _READ_AFTER

    def read(session: Session) -> None:
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.queued_at < before)):
            row.read_at = row.queued_at + timedelta(hours=3)

    write_unaudited(read)
