"""People and facilities for tests of this feature."""

from __future__ import annotations

from flask.testing import FlaskClient

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import services
from hkbio_gmp.facilities.rules.proposals import ProjectProposal
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import add_organisation, run_add_person
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor

CLI = Actor("cli:tests", "tests", "cli")
PASSWORD = "demonstration-only-long"
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
    run_add_person(CLI, email=email, name=email, role=role, scope_code=scope, password=PASSWORD)
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
