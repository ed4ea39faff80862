"""Bearer tokens: every call of the API states what it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request
from werkzeug.exceptions import Unauthorized

from hkbio_gmp.extensions import db
from hkbio_gmp.identity.queries import PersonPrincipal
from hkbio_gmp.identity.services import tokens
from hkbio_gmp.kernel.errors import NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import PUBLIC, SIGNED_IN

View = TypeVar("View", bound=Callable[..., Any])
_SAFE = {"GET", "HEAD", "OPTIONS"}


def requires(permission: str) -> Callable[[View], View]:
    """Let a valid token through whose person holds ``permission`` in some scope.

    A cookie is never looked at, so no other site can make a browser call the API.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = _identify()
            if permission not in {SIGNED_IN, PUBLIC} and not who.may(permission):
                raise NotAllowed(
                    Message("Your roles do not include this. It needs: {need}.", need=permission)
                )
            return view(*args, **kwargs)

        guarded.__permission__ = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return wrap


def _identify() -> PersonPrincipal:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and secret.strip():
        found = tokens.principal_for_token(db.session, secret.strip())
    if found is None:
        raise Unauthorized
    if found.read_only and request.method not in _SAFE:
        raise NotAllowed(Message("This token may only read. Make one that may write."))
    g.principal = found.principal
    return found.principal


def principal() -> PersonPrincipal:
    """Whose token it is."""
    return cast(PersonPrincipal, g.principal)
