"""Turns refusals into pages: each says what happened and the way on."""

from __future__ import annotations

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.kernel.messages import N_, Message

API_PREFIX = "/api/"
_PAGES = {403, 404, 409, 413, 429, 500}
_SAID = {
    400: N_("The request was not understood. Go back, reload the page and try again."),
    403: N_("Your roles do not include this."),
    404: N_("There is no such page, or you may not see it."),
    405: N_("This address does not take that kind of request."),
    413: N_("What you sent is too large."),
    415: N_("What you sent has a type that is not accepted here."),
    429: N_("Too many requests. Wait a moment and try again."),
    500: N_("Something went wrong on our side. Nothing was changed."),
}


def register(app: Flask) -> None:
    """Answer errors of pages; those below /api/ belong to the API."""
    app.register_error_handler(DomainError, domain_page)
    app.register_error_handler(CSRFError, csrf_page)
    app.register_error_handler(HTTPException, http_page)
    app.register_error_handler(Exception, unexpected_page)


def is_api() -> bool:
    """Whether the present request is the API's."""
    return request.path.startswith(API_PREFIX)


def domain_page(error: DomainError) -> ResponseReturnValue:
    """The page of a refusal in the domain's words."""
    return page(error.status, error.detail, error.title)


def csrf_page(_error: CSRFError) -> ResponseReturnValue:
    """A form that is too old or not ours."""
    return page(400, Message("The form was open for too long. Go back, reload it and send again."))


def http_page(error: HTTPException) -> ResponseReturnValue:
    """The page of an HTTP error, with its headers kept (Allow, Retry-After)."""
    if error.response is not None:
        return error.response
    status = error.code or 500
    body, code = page(status, Message(_SAID.get(status, _SAID[500])))
    kept = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After", "Location"}}
    return body, code, kept


def unexpected_page(error: Exception) -> ResponseReturnValue:
    """A defect: told in the log with its trace, on the page without."""
    structlog.get_logger().error("unexpected", exc_info=error)
    db.session.rollback()
    return page(500, Message(_SAID[500]))


def page(status: int, detail: Message, title: Message | None = None) -> tuple[str, int]:
    """Render the error page of ``status``; statuses without one of their own share 409's."""
    known = status if status in _PAGES else (500 if status >= 500 else 409)
    shown = render_template(f"errors/{known}.html", status=status, detail=detail, title=title)
    return shown, status
