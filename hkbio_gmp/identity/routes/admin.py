"""Administration of accounts: adding, inviting, disabling; the access log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from hkbio_gmp import work
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries, services
from hkbio_gmp.identity.forms import AccessFilterForm, GrantForm, PersonForm, ReasonForm
from hkbio_gmp.identity.models import AccessEvent, Person
from hkbio_gmp.identity.presence import settings, who
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import requires
from hkbio_gmp.web.paging import page_key
from hkbio_gmp.work import Work

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
INVITE = "identity:person:invite"
EVENTS = 100
EVENT_LABELS = {
    "signed in": lazy_gettext("Signed in"),
    "sign-in refused": lazy_gettext("Sign-in refused"),
    "signature refused": lazy_gettext("Signature refused"),
    "password refused": lazy_gettext("Password refused"),
    "read": lazy_gettext("Read"),
}


@blueprint.get("")
@requires(INVITE)
def people() -> ResponseReturnValue:
    """Everybody's accounts."""
    return render_template("identity/people.html", people=queries.list_people(db.session))


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(INVITE)
def new_person() -> ResponseReturnValue:
    """Add an account and invite its person; roles come after it."""
    form = PersonForm()
    organisations = queries.list_organisations(db.session)
    form.organisation.choices = [("", _("None")), *((o.code, o.name) for o in organisations)]
    if form.validate_on_submit():
        try:
            return _added(form)
        except NotValid as error:
            take_errors(form, error.errors)
    return render_template("identity/person_new.html", form=form), 422 if form.errors else 200


def _added(form: PersonForm) -> ResponseReturnValue:
    email, name = form.email.data or "", form.name.data or ""
    organisation = form.organisation.data or None

    def command(unit: Work) -> tuple[str, str]:
        added = services.add_person(unit, email, name, organisation=organisation)
        return added.code, services.invite_person(unit, added.email)

    code, secret = work.run(who().acting_for(INVITE), "identity:person:added", None, command)
    _say_invited(secret)
    return redirect(url_for(".person", code=code))


def _say_invited(secret: str) -> None:
    if settings().smtp_url:
        flash(_("A link to choose a password is on its way by mail."), "ok")
        return
    # without a mail server the person cannot get it otherwise
    link = f"{settings().base_url}{url_for('invitations.accept', key=secret)}"
    flash(_("No mail server is set. Give this link to the person: %(link)s", link=link), "warn")


@blueprint.get("/people/<code>")
@requires(INVITE)
def person(code: str) -> ResponseReturnValue:
    """One account with its roles."""
    found = queries.get_person_by_code(db.session, code)
    return person_page(found, GrantForm(scopes=scope_choices()))


def scope_choices() -> list[tuple[str, str]]:
    """Every scope, the system's first."""
    rows = [s for s in queries.list_scopes(db.session) if s.kind != "system"]
    return [("system", "SYSTEM"), *((s.audit_code, s.code) for s in rows)]


def person_page(
    found: Person,
    form: GrantForm,
    reason: ReasonForm | None = None,
    ending: tuple[int, ReasonForm] | None = None,
) -> str:
    """The page of one account; ``ending`` is the role that was not ended, and the form's errors."""
    shown: dict[str, Any] = {"person": found, "form": form, "ending": ending}
    shown["reason"] = reason or ReasonForm(formdata=None)
    grants = queries.list_grants(db.session, found)
    return render_template("identity/person.html", grants=grants, may_end=True, **shown)


@blueprint.post("/people/<code>/invitation")
@requires(INVITE)
def invite(code: str) -> ResponseReturnValue:
    """Send a link to choose a password, for instance to whoever forgot it."""
    email = queries.get_person_by_code(db.session, code).email
    secret = work.run(
        who().acting_for(INVITE),
        "identity:person:invited",
        None,
        lambda unit: services.invite_person(unit, email),
    )
    _say_invited(secret)
    return redirect(url_for(".person", code=code))


@blueprint.post("/people/<code>/disable")
@requires("identity:person:disable")
def disable(code: str) -> ResponseReturnValue:
    """Disable an account for good."""
    found, form = queries.get_person_by_code(db.session, code), ReasonForm()
    if not form.validate():
        return person_page(found, GrantForm(scopes=scope_choices()), form), 422
    email = found.email
    work.run(
        who().acting_for("identity:person:disable"),
        "identity:person:disabled",
        form.reason.data,
        lambda unit: services.disable_person(unit, email),
    )
    flash(_("The account is disabled."), "ok")
    return redirect(url_for(".person", code=code))


@blueprint.get("/access")
@requires("audit:access:read")
def access() -> ResponseReturnValue:
    """Who came in, who was refused, what auditors read."""
    form = AccessFilterForm()
    valid = form.validate()
    events = _events(form) if valid else []
    following = events[-1].id if len(events) == EVENTS else None
    page = render_template(
        "identity/access.html", events=events, form=form, following=following, labels=EVENT_LABELS
    )
    return page, 200 if valid else 422


def _events(form: AccessFilterForm) -> list[AccessEvent]:
    person = (form.person.data or "").strip()
    return queries.list_access_events(
        db.session, person=person or None, before=page_key("before"), limit=EVENTS
    )
