"""How the API describes itself: OpenAPI, and the same as a page."""

from __future__ import annotations

from typing import Any

from apispec import APISpec, BasePlugin
from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from hkbio_gmp.api.answers import Problem
from hkbio_gmp.api.commands import LONGEST_KEY
from hkbio_gmp.api.problems import TITLES
from hkbio_gmp.web.guards import public

_READS = (401, 403, 404, 422)
_HEADERS = {
    "Idempotency-Key": {
        "in": "header",
        "name": "Idempotency-Key",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    },
    "If-Match": {"in": "header", "name": "If-Match", "schema": {"type": "string"}},
}
_WRITES = (400, 401, 403, 404, 409, 412, 413, 415, 422, 503)

SPEC: dict[str, Any] = {
    "info": {
        "description": (
            "Book shared GMP cleanrooms and read the proof. Times are ISO 8601 with an offset, "
            "UTC out. Errors are RFC 9457 problem documents that name field and remedy."
        )
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    },
    "security": [{"bearer": []}],
}


class Calls(BasePlugin):
    """Tells of every call which headers it reads and which problem documents it may answer with."""

    def init_spec(self, spec: APISpec) -> None:
        """Register a response for each status."""
        for status in sorted({*_READS, *_WRITES}):
            _slug, title, _remedy = TITLES[status]
            content = {"application/problem+json": {"schema": Problem}}
            spec.components.response(
                f"Problem{status}", {"description": title, "content": content}, lazy=True
            )

    def operation_helper(
        self, path: str | None = None, operations: dict[str, Any] | None = None, **_kwargs: Any
    ) -> None:
        """Complete each operation of a path."""
        for method, operation in (operations or {}).items():
            headers = [h for name, h in _HEADERS.items() if _reads(name, method, path or "")]
            operation.setdefault("parameters", []).extend(headers)
            told = operation.setdefault("responses", {})
            for status in _READS if method == "get" else _WRITES:
                told.pop(status, None)
                told[str(status)] = f"Problem{status}"


def _reads(header: str, method: str, path: str) -> bool:
    if header == "Idempotency-Key":
        return method == "post"
    return method == "patch" or (method == "post" and path.endswith("/transitions"))


page = Blueprint("api_page", __name__)


@page.get("/docs")
@public
def docs() -> ResponseReturnValue:
    """Every call of the API, readable."""
    spec = current_app.extensions["hkbio-api"].spec.to_dict()
    calls = [
        (method.upper(), path, operation)
        for path, item in sorted(spec["paths"].items())
        for method, operation in item.items()
        if method in {"get", "post", "patch", "put", "delete"}
    ]
    return render_template("api/docs.html", calls=calls, spec=spec)
