"""Projects and batches of the contract's demonstration."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from hkbio_gmp.demo.stage import Stage, local
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.rules.proposals import ProjectProposal

PROJECTS = (
    ("STARTUP-A", "P1", "LCT", "gene_modified_cell", "CAR-T for a solid tumour"),
    ("STARTUP-A", "P2", "CUHK", "autologous_cell", "Expanded T cells"),
    ("STARTUP-B", "P1", "LCT", "lentiviral_vector", "Lentiviral vector for cell therapy"),
    ("STARTUP-B", "P2", "CUHK", "gene_modified_cell", "CAR-NK"),
    ("STARTUP-C", "P1", "LCT", "allogeneic_cell", "Mesenchymal stromal cells"),
)


def plan(stage: Stage, first: datetime) -> None:
    """Propose, accept and give two batches each, on the first day; one proposal still waits."""
    for row in PROJECTS:
        stage.at(local(first, 9, 30), partial(_project, stage, *row))
    waiting = ("STARTUP-C", "P2", "CUHK", "autologous_cell", "Corneal endothelial cells")
    stage.at(stage.now - timedelta(hours=20), partial(_propose, stage, *waiting))


def _propose(
    stage: Stage, startup: str, code: str, site: str, process_class: str, title: str
) -> str:
    admin = stage.who(f"admin@{startup.lower()}.example")
    vector = "lentiviral" if process_class == "lentiviral_vector" else None
    proposal = ProjectProposal(
        code=f"{startup}-{code}",
        organisation=startup,
        facility=site,
        title=f"{title} (demonstration)",
        product=f"DEMO-{startup[-1]}{code[-1]}",
        process_class=process_class,
        vector=vector,
    )
    return stage.run(
        admin,
        "facilities:project:propose",
        "facilities:project:proposed",
        lambda unit: services.propose_project(unit, admin, proposal),
        organisation=startup,
    )


def _project(
    stage: Stage, startup: str, code: str, site: str, process_class: str, title: str
) -> None:
    project = _propose(stage, startup, code, site, process_class, title)
    quality = stage.who(f"quality@{site.lower()}.example")
    row = queries.get_project(db.session, quality, project)
    proof = stage.proof(quality, services.project_record(db.session, row))
    stage.run(
        quality,
        "facilities:project:accept",
        "facilities:project:accepted",
        lambda unit: services.accept_project(unit, quality, proof, project),
        facility=site,
    )
    admin = stage.who(f"admin@{startup.lower()}.example")
    for number in (1, 2):
        stage.run(
            admin,
            "facilities:batch:register",
            "facilities:batch:registered",
            partial(
                services.register_batch,
                principal=admin,
                code=f"{project}-B{number}",
                project=project,
                autologous=process_class != "allogeneic_cell",
                donor_code=f"DONOR-{startup[-1]}{number:02d}",
            ),
            organisation=startup,
        )
