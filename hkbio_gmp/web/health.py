"""Whether the process lives, whether it can serve, and what it counts."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from hkbio_gmp import schema
from hkbio_gmp.extensions import db
from hkbio_gmp.web.guards import public

blueprint = Blueprint("health", __name__)
_LOCAL = {"127.0.0.1", "::1"}


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """The database answers, and its schema is this version's with every guard in place."""
    try:
        ready = schema.engine_is_at_head(db.engine) and not schema.missing_guards(db.engine)
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="no answer"), 503
    return jsonify(status="ok" if ready else "unavailable", schema=ready), 200 if ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Counters in Prometheus' text format, to this machine alone."""
    if request.remote_addr not in _LOCAL or "X-Forwarded-For" in request.headers:
        abort(404)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
