"""Entries of the audit logs."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from hkbio_gmp.api import paging, records
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.schemas import EntryArgs
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.audit import queries
from hkbio_gmp.extensions import db

blueprint = ApiBlueprint("api_audit", __name__, description="The audit log")


@blueprint.get("/audit/<log>/entries")
@requires(queries.READ)
@blueprint.arguments(EntryArgs, location="query")
@blueprint.response(200, page_of(records.Entry))
def entries(args: dict[str, Any], log: str) -> Response:
    """Entries of one log, newest first; each with its leaf hash."""
    head = queries.get_log(db.session, principal(), log)
    wanted = queries.EntryFilter(
        actor=args.get("actor"),
        action=args.get("action"),
        subject_type=args.get("subject_type"),
        subject_ref=args.get("subject_ref"),
        since=args.get("since"),
        until=args.get("until"),
        before=paging.number_of(args.get("cursor")),
        limit=args["limit"] + 1,
    )
    rows = queries.list_entries(db.session, head.code, wanted)
    return jsonify(paging.page(rows, args["limit"], entry_json, lambda row: row.seq))


def entry_json(row: queries.Entry) -> dict[str, Any]:
    """The entry's own document, and the hash of its leaf as hex."""
    return {**row.document, "leaf_hash": row.leaf_hash}
