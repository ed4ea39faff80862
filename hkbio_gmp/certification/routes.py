"""The register of certificates, one certificate, submitting and deciding."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from hkbio_gmp import work
from hkbio_gmp.audit.queries import record_history
from hkbio_gmp.audit.words import add_words, history_items
from hkbio_gmp.certification import present, queries, services
from hkbio_gmp.certification.acts import ACTS, RECORDS
from hkbio_gmp.certification.forms import CertificateFilterForm, CertificateForm, DecisionForm
from hkbio_gmp.certification.lifecycle import CERTIFICATES, PAST, CertificateState
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.queries import list_facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import prove_password
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError, FieldError, NotFound, NotValid, SignatureRefused
from hkbio_gmp.web.filters import localised
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import principal, requires
from hkbio_gmp.web.navigation import NavigationItem, add_navigation

blueprint = Blueprint("certification", __name__, url_prefix="/certificates")


def register(app: Flask) -> None:
    """Register the pages and their place in the navigation."""
    app.register_blueprint(blueprint)
    add_words(ACTS, RECORDS)
    add_navigation(
        NavigationItem(
            "certification.register_page",
            lazy_gettext("Certificates"),
            "file-badge",
            queries.READ,
            "compliance",
            10,
        )
    )


def who() -> PersonPrincipal:
    """The person who asks."""
    found = principal()
    if not isinstance(found, PersonPrincipal):
        raise NotFound()
    return found


def _facilities() -> list[tuple[str, str]]:
    return [(f.code, f.code) for f in list_facilities(db.session)]


def _kinds() -> list[tuple[str, str]]:
    return [(k.code, localised(k)) for k in queries.list_kinds(db.session)]


@blueprint.get("")
@requires(queries.READ)
def register_page() -> ResponseReturnValue:
    """The register: what lapses first on top."""
    form = CertificateFilterForm(request.args)
    form.offer(_kinds(), _facilities())
    valid = form.validate()
    listed = _listed(form) if valid else {"lines": [], "ladders": {}, "next_after": None}
    may_submit = who().may("certification:certificate:submit")
    page = render_template(
        "certification/register.html",
        form=form,
        may_submit=may_submit,
        counts=queries.count_by_status(db.session, who()),
        **listed,
    )
    return page, 200 if valid else 422


def _listed(form: CertificateFilterForm) -> dict[str, Any]:
    wanted = form.wanted(_after())
    lines = queries.list_certificates(db.session, who(), wanted)
    more, shown = len(lines) > wanted.limit, lines[: wanted.limit]
    sent = queries.reminders_of(db.session, [line.certificate for line in shown])
    return {
        "lines": shown,
        "ladders": {
            line.certificate.id: present.ladder(line, sent.get(line.certificate.id, []))
            for line in shown
        },
        "next_after": present.cursor(shown[-1].certificate) if more else None,
    }


def _after() -> tuple[date, int] | None:
    day, _mark, key = request.args.get("after", "").partition("_")
    try:
        return date.fromisoformat(day), int(key)
    except ValueError:
        return None


@blueprint.get("/<reference>")
@requires(queries.READ)
def certificate(reference: str) -> ResponseReturnValue:
    """One certificate: state, ladder, validity, history, what may be done."""
    found = queries.get_certificate(db.session, who(), reference)
    return _certificate_page(found)


def _certificate_page(found: Certificate) -> str:
    line = queries.line_of(found)
    return render_template(
        "certification/certificate.html",
        line=line,
        certificate=found,
        ladder=present.ladder(line, queries.list_reminders(db.session, found)),
        reminders=queries.list_reminders(db.session, found),
        strip=present.strip(queries.list_siblings(db.session, found), found),
        history=_history(found),
        verbs=_verbs(found),
        verb_labels=present.VERBS,
        may_renew=who().may("certification:certificate:submit"),
    )


def _history(found: Certificate) -> list[dict[str, Any]]:
    """Who did what to it, for those who may know."""
    if not queries.may_see_history(who(), found):
        return []
    log = found.audit_subject().log
    return history_items(record_history(db.session, log, "certificate", found.reference))


def _verbs(found: Certificate) -> list[str]:
    facility = found.facility.code if found.facility else None
    own = found.submitted_by == who().code or found.subject_code == who().email
    possible = CERTIFICATES.possible(CertificateState(found.state))
    permitted = [
        v for v in possible if who().may(f"certification:certificate:{v}", facility=facility)
    ]
    return [] if own else permitted


@blueprint.route("/new", methods=["GET", "POST"])
@requires("certification:certificate:submit")
def new() -> ResponseReturnValue:
    """Submit a certificate; ``?renews=`` starts from the one that it renews."""
    old = _renewed()
    form = CertificateForm(data=present.renewal(old) if old else None)
    form.kind.choices, form.facility.choices = _kinds(), _facilities()
    if form.validate_on_submit() and (reference := _submit(form, old)):
        flash(_("Submitted. It counts once quality has verified it."), "ok")
        return redirect(url_for(".certificate", reference=reference))
    page = render_template("certification/new.html", form=form, renews=old)
    return page, 422 if form.errors else 200


def told(error: DomainError) -> list[FieldError]:
    """The refusal's field errors; its detail where it names none."""
    return error.errors or [FieldError("form", error.detail, error.title)]


def _renewed() -> Certificate | None:
    reference = request.args.get("renews")
    return queries.get_certificate(db.session, who(), reference) if reference else None


def _submit(form: CertificateForm, old: Certificate | None) -> str | None:
    kind = queries.find_kind(db.session, form.kind.data)
    given = form.submission(kind.subject_type if kind else "", old.reference if old else None)
    person = who()
    try:
        return work.run(
            person.acting_for("certification:certificate:submit"),
            "certification:certificate:submitted",
            None,
            lambda unit: services.submit_certificate(unit, person, given).reference,
        )
    except DomainError as error:
        take_errors(form, told(error))
        return None


@blueprint.route(
    "/<reference>/<any(verify,reject,suspend,reinstate,withdraw):verb>", methods=["GET", "POST"]
)
@requires(queries.READ)
def decide(reference: str, verb: str) -> ResponseReturnValue:
    """Quality's signed decision."""
    found = queries.get_certificate(db.session, who(), reference)
    if verb not in _verbs(found):
        abort(403)
    form = DecisionForm(version=found.version)
    if form.validate_on_submit() and _decide(found, verb, form):
        flash(_("Signed: %(reference)s.", reference=reference), "ok")
        return redirect(url_for(".certificate", reference=reference))
    found = queries.get_certificate(db.session, who(), reference)
    return _decision_page(found, verb, form), 422 if form.errors else 200


def _decision_page(found: Certificate, verb: str, form: DecisionForm) -> str:
    return render_template(
        "certification/decide.html",
        certificate=found,
        verb=verb,
        label=present.VERBS[verb],
        record=services.signed_record(db.session, found),
        form=form,
        needs_reason=verb != "verify",
        now=clock.now(),
    )


def _decide(found: Certificate, verb: str, form: DecisionForm) -> bool:
    person, reference, version = who(), found.reference, form.read_version or 0 or 0
    facility = found.facility.code if found.facility else None
    record = services.signed_record(db.session, found)
    settings, password = current_app.extensions["settings"], form.password.data or ""
    try:
        proof = prove_password(db.session, settings, person.person_id, password, record)
        work.run(
            person.acting_for(f"certification:certificate:{verb}", facility=facility),
            f"certification:certificate:{PAST[verb]}",
            form.reason.data or None,
            lambda unit: (
                services.decide_certificate(unit, person, reference, verb, proof, version).reference
            ),
        )
    except (NotValid, SignatureRefused) as error:
        take_errors(form, told(error))
        return False
    return True
