"""The inbox."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hkbio_gmp.extensions import db
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.notifications import queries, services
from hkbio_gmp.web.guards import principal, requires
from hkbio_gmp.web.navigation import provide_unread

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")
READ = "notifications:inbox:read"


def register(app: Flask) -> None:
    """Register the page and the bell's count."""
    app.register_blueprint(blueprint)
    provide_unread(unread)


def unread(who: Principal) -> int:
    """How many messages a person has not read."""
    return queries.count_unread(db.session, who.actor.id)


@blueprint.get("")
@requires(READ)
def inbox() -> ResponseReturnValue:
    """One's own messages."""
    messages = queries.list_messages(db.session, principal().actor.id)
    return render_template("notifications/inbox.html", messages=messages)


@blueprint.post("/read")
@requires(READ)
def read_all() -> ResponseReturnValue:
    """Mark all of one's own messages read."""
    services.mark_read(principal().actor.id, None)
    return redirect(url_for(".inbox"))
