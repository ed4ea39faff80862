"""Every route states who may call it; without such a statement it does not answer at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from flask_login import current_user

from hkbio_gmp.kernel.errors import NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.protocols import Principal

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"


def requires(permission: str) -> Callable[[View], View]:
    """Let only people through who hold ``permission`` in some scope.

    Which objects they may reach with it is the query's business: a foreign object and an absent
    one answer alike. Raises NotAllowed; sends people who are not signed in to the sign-in page.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if permission != SIGNED_IN and not principal().may(permission):
                raise NotAllowed(
                    Message("Your roles do not include this. It needs: {need}.", need=permission)
                )
            return view(*args, **kwargs)

        return _declare(guarded, permission)

    return wrap


def signed_in(view: View) -> View:
    """Let anybody through who is signed in."""
    return requires(SIGNED_IN)(view)


def public(view: View) -> View:
    """Let everybody through. Only for pages that show nothing of anybody."""
    return cast(View, _declare(view, PUBLIC))


def _declare(view: Callable[..., Any], permission: str) -> Any:
    view.__permission__ = permission  # type: ignore[attr-defined]
    return view


def declared_permission(app: Flask, endpoint: str) -> str | None:
    """What the view of ``endpoint`` declares, or None."""
    view = app.view_functions.get(endpoint)
    view_class = getattr(view, "view_class", None)
    return getattr(view, "__permission__", getattr(view_class, "__permission__", None))


def refuse_undeclared(app: Flask) -> None:
    """Answer 500 on a route that does not say who may call it, rather than let anybody in."""

    @app.before_request
    def check() -> None:
        endpoint = request.endpoint
        if endpoint is None or endpoint == "static":
            return
        if declared_permission(app, endpoint) is None:
            raise RuntimeError(f"{endpoint} does not declare who may call it")


def principal() -> Principal:
    """Who asks; only behind :func:`requires`."""
    return cast(Principal, current_user.principal)
