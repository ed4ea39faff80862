"""Calendars for one's own calendar program, at secret addresses that one can end."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from hkbio_gmp import work
from hkbio_gmp.booking import queries
from hkbio_gmp.booking.forms import FeedForm
from hkbio_gmp.booking.models_feeds import FeedToken
from hkbio_gmp.booking.present.calendar import class_names
from hkbio_gmp.booking.present.feeds import Feed, ical_of
from hkbio_gmp.booking.services.feeds import READ, create_feed, note_use, read_feed, revoke_feed
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import NotFound, NotValid
from hkbio_gmp.web.form_errors import take_errors
from hkbio_gmp.web.guards import public, requires

blueprint = Blueprint("feeds", __name__)


@blueprint.route("/calendar/feeds", methods=["GET", "POST"])
@requires(READ)
def feeds() -> ResponseReturnValue:
    """One's addresses with their last use; a new one is shown this once."""
    form = FeedForm()
    form.calendar.choices = _choices()
    if form.is_submitted() and form.validate():
        kind, _sep, code = str(form.calendar.data).partition(":")
        person = who()
        try:
            secret = work.run(
                person.actor,
                "booking:feed:created",
                None,
                lambda unit: create_feed(unit, person, kind, code or None),
            )
            return _page(form, secret), 201
        except NotValid as refused:
            take_errors(form, refused.errors)
    return _page(form), 422 if form.errors else 200


@blueprint.post("/calendar/feeds/<int(max=2147483647):key>/revoke")
@requires(READ)
def revoke(key: int) -> ResponseReturnValue:
    """End one of one's own addresses at once."""
    person = who()
    work.run(
        person.actor,
        "booking:feed:revoked",
        None,
        lambda unit: revoke_feed(unit, person, key),
    )
    flash(_("The address has ended."), "ok")
    return redirect(address_of(".feeds"))


@blueprint.get("/feeds/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """The calendar of a secret; unknown, ended and out of reach answer alike."""
    found = queries.find_feed(db.session, secret)
    if found is None:
        raise NotFound()
    key, digest, now = found.id, found.digest, clock.now()
    with force_locale(found.person.language):
        told = _feed(found, digest)
        content = told.content
        changed = work.write_unaudited(lambda session: note_use(session, key, content, now))
        answer = make_response(ical_of(told, changed.replace(microsecond=0)))
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(content)
    answer.last_modified = changed
    return answer.make_conditional(request)


def _feed(found: FeedToken, digest: str) -> Feed:
    sites = read_feed(db.session, found, clock.now())
    return Feed(
        name=name_of(found.kind, found.code),
        key=digest,
        base_url=current_app.extensions["settings"].base_url.rstrip("/"),
        classes={site.code: class_names(db.session, site.code) for site in sites},
        sites=sites,
    )


def name_of(kind: str, code: str | None) -> str:
    """What a feed is called."""
    return _("My bookings") if kind == "person" else str(code)


def _choices() -> list[tuple[str, str]]:
    reach = who().facilities(READ)
    sites = [row.code for row in facilities.list_facilities(db.session)]
    rows = facilities.list_resources(db.session, bookable=True)
    found = [("person", _("My bookings and sessions that I am named on"))]
    found += [
        (f"facility:{code}", _("All of %(code)s", code=code))
        for code in sites
        if reach is None or code in reach
    ]
    return found + [(f"resource:{r.code}", r.code) for r in rows if r.state == "active"]


def _page(form: FeedForm, secret: str | None = None) -> str:
    address = address_of("feeds.feed", secret=secret, _external=True) if secret else None
    listed = queries.list_feeds(db.session, who().person_id)
    return render_template(
        "booking/feeds.html",
        form=form,
        address=address,
        feeds=[(row, use, name_of(row.kind, row.code)) for row, use in listed],
    )
