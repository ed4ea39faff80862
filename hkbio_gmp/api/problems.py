"""Errors of the API: RFC 9457 problem documents, each naming field and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Response, jsonify
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from hkbio_gmp.api.answers import Problem
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import Conflict, DomainError, NotValid, SlotTaken
from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.web import errors as pages

TITLES = {
    400: (
        "bad-request",
        "The request was not understood",
        "Send JSON as the API's page describes.",
    ),
    401: ("unauthorized", "A token is needed", "Send Authorization: Bearer TOKEN."),
    404: ("not-found", "Not found", "Check the address; what you may not see is not found."),
    405: ("method-not-allowed", "The method is not allowed here", "Use one that Allow names."),
    403: ("not-allowed", "You may not do this", "Ask somebody whose roles include it."),
    409: ("conflict", "It does not fit what there is", "Read the record again, then repeat."),
    412: ("stale", "The record has changed", "Read it again, then repeat."),
    413: ("too-large", "The body is too large", "Send less at a time."),
    415: ("unsupported-media-type", "The body's type is not accepted", "Send application/json."),
    422: ("not-valid", "The input is not valid", "Mend the fields that errors names."),
    503: ("busy", "The system is busy", "Nothing was changed. Try again in a moment."),
    429: ("too-many-requests", "Too many requests", "Wait as long as Retry-After says."),
}
_REMEDY = "Send a value of the type and format that the API's page gives."
_REMEDIES = {
    "Unknown field.": "Leave it out; the API's page names what there is.",
    "Missing data for required field.": "Send it; the API's page says what it holds.",
    "Field may not be null.": "Send a value, or leave it out where it is not required.",
    "Take out the invisible control character.": "Type the text anew, then send it again.",
    "Given twice.": "Send it once.",
    "The body's type is not JSON.": "Send Content-Type: application/json.",
}
_LOCATIONS = {"json", "query", "headers", "path", "form", "files"}


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    **extras: Any,
) -> Response:
    """A problem document as a response."""
    document = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": errors or [],
        **extras,
    }
    response = jsonify(document)
    response.status_code = status
    response.content_type = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="hkbio-gmp"'
    return response


def from_domain(error: DomainError) -> Response:
    """The problem document of a refusal in the domain's words."""
    errors = [
        {"field": e.field, "message": e.message.english(), "remedy": e.remedy.english()}
        for e in error.errors
    ]
    return problem(
        error.status,
        error.slug,
        error.title.english(),
        error.detail.english(),
        errors,
        **_extras(error),
    )


def _extras(error: DomainError) -> dict[str, Any]:
    if isinstance(error, SlotTaken):
        return {
            "conflicts": [conflict_json(c) for c in error.conflicts],
            "alternatives": list(error.alternatives),
            "findings": [finding_json(f) for f in error.findings],
        }
    if isinstance(error, NotValid) and error.findings:
        return {"findings": [finding_json(f) for f in error.findings]}
    return {}


def conflict_json(conflict: Conflict) -> dict[str, str]:
    """A conflict as the contract shows it."""
    return {
        "resource": conflict.resource,
        "from": instant(conflict.starts),
        "until": instant(conflict.ends),
        "reason": conflict.reason,
    }


def finding_json(finding: Finding) -> dict[str, str | None]:
    """A finding as the contract shows it."""
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "subject": finding.subject,
        "message": finding.message.english(),
        "remedy": finding.remedy.english() if finding.remedy else None,
        "clears_at": instant(finding.clears_at) if finding.clears_at else None,
        "source": finding.source,
    }


def instant(value: datetime) -> str:
    """A time as the API writes it: ISO 8601, UTC, ``Z``."""
    shown = value.astimezone(UTC)
    whole = "%Y-%m-%dT%H:%M:%SZ" if not shown.microsecond else "%Y-%m-%dT%H:%M:%S.%fZ"
    return shown.strftime(whole)


class ProblemApi(Api):
    """flask-smorest, but errors of pages stay pages and those of the API keep their headers."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Ours are registered beside the pages' own."""


def respond(error: HTTPException) -> Response:
    """The problem document of an HTTP error, with Allow and Retry-After kept."""
    status = error.code or 500
    slug, title, detail = TITLES.get(status, ("error", "Something went wrong", "Try again."))
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    response = problem(status, slug, title, detail, list(field_errors(messages)))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def field_errors(
    messages: Mapping[str, Any] | list[Any], path: str = ""
) -> Iterator[dict[str, str]]:
    """Flatten marshmallow's messages into the contract's list."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            skip = not path and name in _LOCATIONS
            below = path if skip or name == "_schema" else f"{path}.{name}".lstrip(".")
            yield from field_errors(inner, below)
        return
    for message in messages:
        if isinstance(message, str):
            yield {
                "field": path or "body",
                "message": message,
                "remedy": _REMEDIES.get(message, _REMEDY),
            }


def on_http_error(error: HTTPException) -> Any:
    """Problem document below /api/, a page elsewhere."""
    return respond(error) if pages.is_api() else pages.http_page(error)


def on_domain_error(error: DomainError) -> Any:
    """Problem document below /api/, a page elsewhere."""
    return from_domain(error) if pages.is_api() else pages.domain_page(error)


def on_unexpected(error: Exception) -> Any:
    """A defect: told in the log with its trace, in the answer without."""
    if not pages.is_api():
        return pages.unexpected_page(error)
    structlog.get_logger().error("unexpected", exc_info=error)
    db.session.rollback()
    return problem(500, "error", "Something went wrong", "Nothing was changed. Try again.")
