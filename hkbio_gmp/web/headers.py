"""Security headers, and what may be kept by whom."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

# no inline style or script anywhere, so that a stored text can never become code
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOREVER = "public, max-age=31536000, immutable"
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Send the headers with every answer, and let static addresses carry their content's hash."""
    app.after_request(secure)
    root = Path(app.static_folder or "")

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            digest = content_hash(root / str(values.get("filename", "")))
            if digest:
                values["v"] = digest


def content_hash(file: Path) -> str | None:
    """The first characters of the file's SHA-256; None where there is no such file."""
    # the time of change is part of the key: while developing, an edit shows at once
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return None
    return _hashed(file, changed)


@lru_cache(maxsize=512)
def _hashed(file: Path, _changed: int) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else None


def secure(response: Response) -> Response:
    """Add what is not there yet; a view may have said something stricter."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", _TWO_YEARS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = _static_caching()
    else:
        # on a shared tablet the back button must not show the last person's records
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _static_caching() -> str:
    named_by_version = "/vendor/" in request.path
    return _FOREVER if named_by_version or "v" in request.args else "no-cache"
