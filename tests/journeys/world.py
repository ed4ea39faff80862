"""The journeys' world: two startups at a facility, with quality, an operator and an auditor."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher

from hkbio_gmp.extensions import db
from hkbio_gmp.identity.queries import find_scopes
from hkbio_gmp.identity.services import add_person
from hkbio_gmp.identity.services.accounts import confirmed_grant, give_role
from hkbio_gmp.kernel import clock
from hkbio_gmp.work import Work
from tests.integration.booking import world

NOW, PASSWORD = world.NOW, world.PASSWORD
REQUESTER, MANAGER = "requester@a.example", "manager@lct.example"
OTHER = "requester@b.example"
OPERATOR, QUALITY, AUDITOR = "operator@lct.example", "quality@lct.example", "auditor@lct.example"
ADMIN = "admin@hkbio.example"


def build() -> None:
    """Found everything a day before the journeys' now; one request already waits."""
    world.build()
    with clock.frozen(NOW - timedelta(hours=1)):
        world.act(world.CLI, _people)
        world.ask(world.wish(14, operators=("operator@a.example",)))
    db.session.rollback()


def _people(unit: Work) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    quality = add_person(unit, QUALITY, "Quality LCT", password_hash=cheap)
    give_role(unit, quality, "quality", "LCT")
    give_role(unit, add_person(unit, ADMIN, "Admin", password_hash=cheap), "admin", "SYSTEM")
    auditor = add_person(unit, AUDITOR, "Auditor LCT", password_hash=cheap)
    grant = confirmed_grant(unit, auditor, "auditor", find_scopes(unit.session, "LCT")[0])
    grant.ends = unit.at + timedelta(days=5)
