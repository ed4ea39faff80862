"""Who one is, and one's organisation's projects and batches."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from hkbio_gmp.api import answers, commands, paging
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.schemas import BatchBody, PageArgs, ProjectBody
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries, services
from hkbio_gmp.facilities.models import Batch, Project
from hkbio_gmp.facilities.rules.proposals import ProjectProposal
from hkbio_gmp.web.guards import SIGNED_IN
from hkbio_gmp.work import Work

blueprint = ApiBlueprint("api_people", __name__, description="People, projects, batches")


@blueprint.get("/me")
@requires(SIGNED_IN)
@blueprint.response(200, answers.Me)
def me() -> Response:
    """The token's person, roles and scopes."""
    who = principal()
    roles = [
        {"role": g.role, "scope": {"kind": str(g.scope_kind), "code": g.scope_code}}
        for g in who.grants
    ]
    return jsonify(
        code=who.code, email=who.email, name=who.name, organisation=who.organisation, roles=roles
    )


def project_json(row: Project) -> dict[str, Any]:
    """A project as the contract shows it."""
    return {
        "code": row.code,
        "organisation": row.organisation.code,
        "facility": row.facility.code,
        "title": row.title,
        "product": row.product,
        "process_class": row.process_class.code,
        "vector": row.vector,
        "infectious": row.infectious,
        "open_processing": row.open_processing,
        "status": row.status,
    }


def batch_json(row: Batch) -> dict[str, Any]:
    """A batch as the contract shows it."""
    return {
        "code": row.code,
        "project": row.project.code,
        "autologous": row.autologous,
        "donor_code": row.donor_code,
    }


def after(rows: list[Any], args: dict[str, Any]) -> list[Any]:
    """Rows ordered by code, from the cursor on, one more than the limit."""
    key = paging.code_of(args.get("cursor"))
    left = [row for row in rows if key is None or row.code > key]
    return left[: args["limit"] + 1]


@blueprint.get("/projects")
@requires("facilities:project:read")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(answers.Project))
def projects(args: dict[str, Any]) -> Response:
    """Projects within reach."""
    rows = sorted(queries.list_projects(db.session, principal()), key=lambda row: row.code)
    found = after(rows, args)
    return jsonify(paging.page(found, args["limit"], project_json, lambda row: row.code))


@blueprint.post("/projects")
@requires("facilities:project:propose")
@blueprint.arguments(ProjectBody)
@blueprint.response(201, answers.Project)
def propose_project(body: dict[str, Any]) -> Response:
    """Propose a project; the facility's quality accepts it."""
    who, proposal = principal(), ProjectProposal(**body)

    def command(work: Work) -> dict[str, Any]:
        code = services.propose_project(work, who, proposal)
        return project_json(queries.get_project(work.session, who, code))

    actor = who.acting_for("facilities:project:propose", organisation=body["organisation"])
    return commands.answer(commands.run(actor, "facilities:project:proposed", None, command), 201)


@blueprint.get("/batches")
@requires("facilities:batch:read")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, page_of(answers.Batch))
def batches(args: dict[str, Any]) -> Response:
    """Batches within reach."""
    found = after(queries.list_batches(db.session, principal()), args)
    return jsonify(paging.page(found, args["limit"], batch_json, lambda row: row.code))


@blueprint.post("/batches")
@requires("facilities:batch:register")
@blueprint.arguments(BatchBody)
@blueprint.response(201, answers.Batch)
def register_batch(body: dict[str, Any]) -> Response:
    """Register a batch, by pseudonym only."""
    who = principal()

    def command(work: Work) -> dict[str, Any]:
        code = services.register_batch(work, who, **body)
        return batch_json(queries.get_batch(work.session, who, code))

    actor = who.acting_for("facilities:batch:register")
    return commands.answer(commands.run(actor, "facilities:batch:registered", None, command), 201)
