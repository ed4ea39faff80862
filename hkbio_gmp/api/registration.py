"""Registers the API: its blueprints, its errors, its description and its readable page."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask
from werkzeug.exceptions import HTTPException

from hkbio_gmp.api import (
    audit,
    bookings,
    catalogue,
    certificates,
    description,
    people,
    problems,
    series,
)
from hkbio_gmp.extensions import csrf
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.web.guards import public

PREFIX = "/api/v1"
_PARTS = (people, catalogue, bookings, series, certificates, audit)


def register(app: Flask) -> None:
    """Register everything below /api/v1; errors there become problem documents."""
    app.config.update(
        API_TITLE="hkbio-gmp",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    told = {**description.SPEC, "extra_plugins": [description.Calls()]}
    smorest = problems.ProblemApi(app, spec_kwargs=told)
    for part in _PARTS:
        csrf.exempt(part.blueprint)
        smorest.register_blueprint(part.blueprint, url_prefix=PREFIX)
    public(cast(Any, app.view_functions["api-docs.openapi_json"]).__func__)
    app.register_blueprint(description.page, url_prefix=PREFIX)
    app.extensions["hkbio-api"] = smorest
    app.register_error_handler(DomainError, problems.on_domain_error)
    app.register_error_handler(HTTPException, problems.on_http_error)
    app.register_error_handler(Exception, problems.on_unexpected)
