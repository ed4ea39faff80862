"""The approval queue: what waits, why, and signing several at once, each on its own."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.present.queue import Waiting, neighbours_picture, waiting_of
from hkbio_gmp.booking.queries import BookingFilter
from hkbio_gmp.booking.routes.refusals import REFUSED, status_of, take_refusal
from hkbio_gmp.booking.routes.signing import approve_signed
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.web.filters import message
from hkbio_gmp.web.forms import SignForm
from hkbio_gmp.web.guards import requires

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")
APPROVE = "booking:slot:approve"
_DECIDED = 40


@blueprint.get("")
@requires(APPROVE)
def approvals() -> ResponseReturnValue:
    """What waits for a decision, whose hold runs out first on top."""
    if request.args.get("show") == "decided":
        return _decided()
    now = clock.now()
    rows = waiting_of(db.session, who(), queries.list_waiting(db.session, who(), now), now)
    opened = _opened(rows)
    return render_template(
        "booking/approvals.html",
        rows=rows,
        unsigned=queries.list_to_countersign(db.session, who()),
        opened=opened,
        picture=neighbours_picture(db.session, who(), opened, now) if opened else None,
        now=now,
    )


def _opened(rows: list[Waiting]) -> Waiting | None:
    """The row that the address opens, the first unless told; ``none`` closes all."""
    wanted = request.args.get("open")
    first = rows[0] if rows and wanted is None else None
    return next((row for row in rows if row.booking.reference == wanted), first)


def _decided() -> ResponseReturnValue:
    reach = who().facilities(APPROVE)
    wanted = BookingFilter(facility=next(iter(reach)) if reach and len(reach) == 1 else None)
    rows = [b for b in queries.list_bookings(db.session, who(), wanted) if b.decided_at]
    decided = sorted(rows, key=lambda b: b.decided_at or clock.now(), reverse=True)
    return render_template(
        "booking/decided.html",
        rows=[(b, queries.status_of(b)) for b in decided[:_DECIDED]],
        waiting=len(queries.list_waiting(db.session, who(), clock.now())),
    )


@blueprint.route("/sign", methods=["GET", "POST"])
@requires(APPROVE)
def sign() -> ResponseReturnValue:
    """Sign the approvals that were ticked: each has its own line, version and signature."""
    rows = _chosen()
    if not rows:
        flash(_("Tick at least one request that is not blocked."), "warn")
        return redirect(url_for(".approvals"))
    form = SignForm()
    error: DomainError | None = None
    if form.validate_on_submit():
        done, error = _sign_each(rows, form)
        if done:
            flash(ngettext("%(num)d approval signed.", "%(num)d approvals signed.", done), "ok")
        if error is None:
            return redirect(url_for(".approvals"))
        rows = _chosen()
    page = render_template("booking/sign_several.html", rows=rows, form=form, now=clock.now())
    return page, status_of(form, error)


def _chosen() -> list[Waiting]:
    """The ticked requests that may be approved, in the queue's order."""
    now = clock.now()
    wanted = set(request.values.getlist("ref"))
    rows = [b for b in queries.list_waiting(db.session, who(), now) if b.reference in wanted]
    return [one for one in waiting_of(db.session, who(), rows, now) if one.may_select]


def _sign_each(rows: list[Waiting], form: SignForm) -> tuple[int, DomainError | None]:
    """Approve one after the other, each in its own unit of work; stop at a refusal."""
    settings, done = current_app.extensions["settings"], 0
    read = {row.booking.reference: _version_read(row) for row in rows}
    for row in rows:
        try:
            approve_signed(row.booking, form, settings, read[row.booking.reference])
        except REFUSED as error:
            take_refusal(form, error)
            form.form_errors.append(f"{row.booking.reference}: {message(error.detail)}")
            return done, error
        done += 1
    return done, None


def _version_read(row: Waiting) -> int:
    text = request.form.get(f"version-{row.booking.reference}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
