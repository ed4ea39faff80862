"""Registers each feature's pages."""

from __future__ import annotations

from flask import Flask

from hkbio_gmp.audit import routes as audit
from hkbio_gmp.booking import routes as booking
from hkbio_gmp.certification import routes as certification
from hkbio_gmp.config import Settings
from hkbio_gmp.facilities import routes as facilities
from hkbio_gmp.identity import routes as identity
from hkbio_gmp.notifications import routes as notifications
from hkbio_gmp.reporting import routes as reporting
from hkbio_gmp.web import gallery

_FEATURES = (identity, facilities, certification, notifications, booking, reporting, audit)


def register(app: Flask, settings: Settings) -> None:
    """Register every feature; the component gallery only where demonstration is allowed."""
    for feature in _FEATURES:
        feature.register(app)
    if settings.is_demo:
        app.register_blueprint(gallery.blueprint)
