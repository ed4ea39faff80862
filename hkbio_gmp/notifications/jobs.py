"""Scheduled delivery."""

from __future__ import annotations

from flask import current_app

from hkbio_gmp.notifications.services import Delivery, deliver_due


def deliver_outbox() -> Delivery:
    """Deliver what is due through the configured mail server."""
    return deliver_due(current_app.extensions["settings"])
