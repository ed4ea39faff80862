"""Pages of the log: which logs there are, and one log by unit of work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from hkbio_gmp.audit import queries, words
from hkbio_gmp.audit.forms import AuditFilterForm
from hkbio_gmp.audit.services.verification import keep_report, verify_log
from hkbio_gmp.extensions import db
from hkbio_gmp.kernel import clock
from hkbio_gmp.web.guards import principal, requires
from hkbio_gmp.web.navigation import NavigationItem, add_navigation
from hkbio_gmp.web.paging import page_key
from hkbio_gmp.work import snapshot, write_unaudited

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


def register(app: Flask) -> None:
    """Register the pages and their place in the navigation."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["act_words"] = words
    add_navigation(
        NavigationItem(
            "audit.logs", lazy_gettext("Audit log"), "scroll-text", queries.READ, "proof", 90
        )
    )


@blueprint.get("")
@requires(queries.READ)
def logs() -> ResponseReturnValue:
    """The logs within reach, each with its size, root and last verification."""
    found = queries.list_logs(db.session, principal())
    if len(found) == 1:
        return redirect(url_for(".log", code=found[0].code))
    verified = {log.code: queries.last_verification(db.session, log.code) for log in found}
    return render_template("audit/logs.html", logs=found, verified=verified)


@blueprint.get("/<code>")
@requires(queries.READ)
def log(code: str) -> ResponseReturnValue:
    """One log, newest act first, narrowed by the filters in the address."""
    head = queries.get_log(db.session, principal(), code)
    form = AuditFilterForm(request.args)
    form.who.choices = [("", _("Anybody")), *queries.list_actors(db.session, code)]
    form.record_type.choices = [("", _("Any")), *words.record_kinds()]
    valid = form.validate()
    shown = _shown(form, code) if valid else {"days": [], "next_before": None}
    verified = queries.last_verification(db.session, code)
    page = render_template("audit/log.html", log=head, form=form, verified=verified, **shown)
    return page, 200 if valid else 422


def _shown(form: AuditFilterForm, code: str) -> dict[str, Any]:
    wanted = form.wanted(_zone(), page_key("before"))
    entries = queries.list_entries(db.session, code, wanted)
    more = len(entries) == wanted.limit
    return {
        "days": words.by_day(queries.acts(entries), _zone()),
        "next_before": entries[-1].seq if more else None,
    }


@blueprint.post("/<code>/verify")
@requires("audit:log:verify")
def verify(code: str) -> ResponseReturnValue:
    """Recompute the whole log now."""
    with snapshot() as session:
        report = verify_log(session, queries.get_log(session, principal(), code))
    write_unaudited(lambda session: keep_report(session, report, clock.now()))
    if report.holds:
        flash(_("Verified: %(count)d entries hold.", count=report.size), "ok")
    else:
        flash(_("The log does not hold: %(problem)s", problem=report.problem), "block")
    return redirect(url_for(".log", code=code))


def _zone() -> str:
    return str(current_app.extensions["settings"].zone)
