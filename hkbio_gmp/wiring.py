"""Plugs audit, notifications and the features' events into the rooms that only know protocols."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from hkbio_gmp import events_index, models_index, paths, work
from hkbio_gmp.audit.services.recording import AuditRecorder
from hkbio_gmp.config import Settings

_LARGEST_REQUEST = 2 * 1024 * 1024


def flask_config(settings: Settings) -> dict[str, Any]:
    """Flask's and its extensions' configuration."""
    secure = settings.base_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-hkbio" if secure else "hkbio",
        "WTF_CSRF_TIME_LIMIT": settings.session_absolute_hours * 3600,
        "WTF_CSRF_SSL_STRICT": secure,
        "MAX_CONTENT_LENGTH": _LARGEST_REQUEST,
        "BABEL_TRANSLATION_DIRECTORIES": str(paths.translations()),
        "RATELIMIT_STORAGE_URI": "memory://",
        "RATELIMIT_HEADERS_ENABLED": True,
        "TESTING": settings.environment == "test",
        "PROPAGATE_EXCEPTIONS": False,
    }


def engine_options(settings: Settings) -> dict[str, Any]:
    """Pool sizes."""
    if settings.is_sqlite:
        return {"connect_args": {"timeout": 10}}
    return {"pool_size": 10, "max_overflow": 10}


def trust_proxy(app: Flask, settings: Settings) -> None:
    """In production one reverse proxy stands in front and tells the client's address."""
    if settings.environment == "production":
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]


def plug(settings: Settings) -> None:
    """Plug the recorder in and subscribe the features to each other's events."""
    if not models_index.__all__:
        raise RuntimeError("no models")
    work.configure(AuditRecorder())
    events_index.subscribe_all()
