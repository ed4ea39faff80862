"""People and facilities for tests of this feature."""

from __future__ import annotations

from functools import cache

from flask.testing import FlaskClient

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import services
from hkbio_gmp.facilities.rules.proposals import ProjectProposal
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import accounts, add_organisation, add_person, passwords
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.work import Work

CLI = Actor("cli:tests", "tests", "cli")
PASSWORD = "demonstration-only-long"
SMALL = """
format = 1

[facility]
code = "{code}"
name = "Invented {code}"
name_zh = "虛構{code}"
zone = "Asia/Hong_Kong"
demonstration = true

[[zones]]
code = "{code}-Z1"
name = "Zone 1"
name_zh = "第1區"

[[rooms]]
code = "{code}-CR1"
name = "Room 1"
name_zh = "房間1"
zone = "{code}-Z1"
grade = "B"

[[classes]]
code = "gene_modified_cell"
name = "Gene-modified cell"
name_zh = "基因改造細胞"
purpose = "production"
setup_minutes = 360
turnaround_minutes = 480
open_grades = ["B"]
closed_grades = ["B", "C"]
source = "test"

[[changeover]]
from = "*"
to = "*"
same_series = true
minutes = 120
cleaning = "Wipe-down"
source = "test"

[[changeover]]
from = "*"
to = "*"
minutes = 480
cleaning = "Full cleaning"
source = "test"
"""
PROPOSAL = ProjectProposal(
    code="P1",
    organisation="STARTUP-A",
    facility="LCT",
    title="Invented CAR-T",
    product="Invented product",
    process_class="gene_modified_cell",
    vector="lentiviral",
)


def import_shipped(*codes: str) -> None:
    """Import shipped facilities."""
    for code in codes or ("LCT",):
        import_text(services.shipped_facility(code))


def import_small(*codes: str) -> None:
    """Import facilities of one room and one class: quick, where a test needs no more."""
    for code in codes:
        import_text(SMALL.format(code=code))


@cache
def password_hash() -> str:
    """Hashed once for all accounts: argon2 is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def import_text(text: str, reason: str = "test") -> str:
    """Import a facility file."""
    return work.run(
        CLI,
        "facilities:facility:imported",
        reason,
        lambda unit: services.import_facility(unit, text),
    )


def add_organisations(*codes: str) -> None:
    """Add organisations."""
    for code in codes:
        work.run(
            CLI,
            "identity:organisation:added",
            None,
            lambda unit, code=code: add_organisation(unit, code, code),
        )


def add_account(email: str, role: str, scope: str) -> PersonPrincipal:
    """Add a person with one role, and answer with their rights."""

    def command(unit: Work) -> None:
        person = add_person(unit, email, email, password_hash=password_hash())
        accounts.give_role(unit, person, role, scope)

    work.run(CLI, "identity:person:added", None, command)
    return principal(email)


def principal(email: str) -> PersonPrincipal:
    """The person's present rights."""
    person = identity.get_person(db.session, email)
    return identity.principal_of(db.session, person, clock.now())


def propose(person: PersonPrincipal, proposal: ProjectProposal = PROPOSAL) -> str:
    """Propose a project."""
    return work.run(
        person.actor,
        "facilities:project:proposed",
        None,
        lambda unit: services.propose_project(unit, person, proposal),
    )


def sign_in(client: FlaskClient, email: str) -> None:
    """Sign in on the page."""
    client.post("/login?next=/facilities", data={"email": email, "password": PASSWORD})
