"""Who asks, from where, under which settings: read from the present request."""

from __future__ import annotations

from flask import current_app, request

from hkbio_gmp.config import Settings
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.access import Client
from hkbio_gmp.kernel.errors import NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import principal


def settings() -> Settings:
    """The application's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def client() -> Client:
    """Where the present request comes from."""
    return Client(request.remote_addr or "", request.user_agent.string)


def who() -> PersonPrincipal:
    """The person who asks; only behind ``requires``. Raises NotAllowed for anything else."""
    found = principal()
    if not isinstance(found, PersonPrincipal):
        raise NotAllowed(Message("Only a person with an account may do this."))
    return found
