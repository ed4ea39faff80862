"""How the API describes itself: OpenAPI, and the same as a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from hkbio_gmp.web.guards import public

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
