"""Structured logs, one line an event, each with its request's identifier."""

from __future__ import annotations

import logging
import sys

import structlog
from flask import Flask, Response, g, request

from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Channel
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.web.errors import is_api
from hkbio_gmp.work import use_channel

_QUIET = {"/healthz", "/readyz", "/metrics"}


def configure(log_format: str) -> None:
    """Set up logging for the process: ``text`` for people, ``json`` for machines."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def follow_requests(app: Flask) -> None:
    """Give each request an identifier, tell it to the log and to the client."""

    @app.before_request
    def begin() -> None:
        g.request_id = new_id()
        g.began = clock.now()
        g.channel = use_channel(Channel(g.request_id, "api" if is_api() else "page"))
        g.channel.__enter__()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.path not in _QUIET and request.endpoint != "static":
            structlog.get_logger().info(
                "request", method=request.method, path=request.path, status=response.status_code
            )
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        held = g.pop("channel", None)
        if held is not None:
            held.__exit__(None, None, None)
