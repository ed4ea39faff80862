"""Calendars at secret addresses: made, ended, read with the person's present rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.models_feeds import FeedToken, FeedUse
from hkbio_gmp.booking.queries import TimelineEntry
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity import queries as identity
from hkbio_gmp.identity.models import Person
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import FieldError, NotFound, NotValid
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.work import Work

READ = "booking:slot:read"
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
KEPT = timedelta(days=30)
MOST_FEEDS = 20


@dataclass(frozen=True, slots=True)
class Site:
    """What a feed tells of one facility: its uses, and what was let go lately."""

    code: str
    zone: str
    uses: list[TimelineEntry]
    let_go: list[TimelineEntry]


def create_feed(work: Work, principal: PersonPrincipal, kind: str, code: str | None) -> str:
    """Make a feed of one's own; returns the secret of 256 bits, which is kept nowhere.

    Raises NotValid for a calendar that the person may not read, or one too many.
    """
    sites = _sites_of(work.session, principal, kind, code)
    living = queries.list_feeds(work.session, principal.person_id)
    if sites is None:
        said = Message("There is no such calendar for you.")
        remedy = Message("Choose one of the list.")
        raise NotValid(said, [FieldError("calendar", said, remedy)])
    if len(living) >= MOST_FEEDS:
        said = Message("You have {most} addresses already.", most=MOST_FEEDS)
        remedy = Message("End one that you no longer use.")
        raise NotValid(said, [FieldError("calendar", said, remedy)])
    secret = new_secret()
    work.session.add(
        FeedToken(
            digest=secret_digest(secret),
            person=work.session.get_one(Person, principal.person_id),
            kind=kind,
            code=code,
            created_at=work.at,
            revoked_at=None,
        )
    )
    return secret


def revoke_feed(work: Work, principal: PersonPrincipal, key: int) -> None:
    """End a feed of one's own at once. Raises NotFound for another's and for none."""
    feed = work.session.get(FeedToken, key)
    if feed is None or feed.person_id != principal.person_id:
        raise NotFound()
    feed.revoked_at = feed.revoked_at or work.at


def read_feed(session: Session, feed: FeedToken, now: datetime) -> list[Site]:
    """What a feed tells at ``now`` (UTC) with its person's present rights.

    Sixty days back, four hundred ahead; what was let go stays for thirty days. Raises NotFound
    where the person may no longer read it.
    """
    person = identity.principal_of(session, feed.person, now)
    codes = _sites_of(session, person, feed.kind, feed.code)
    if codes is None:
        raise NotFound()
    window = TimeRange(now - BACK, now + AHEAD)
    mine = (
        queries.asked_by(session, person.code) | queries.named_on(session, person.person_id)
        if feed.kind == "person"
        else None
    )

    def shown(entries: list[TimelineEntry]) -> list[TimelineEntry]:
        return [
            one
            for one in entries
            if (mine is None or one.reference in mine)
            and (feed.kind != "resource" or one.resource == feed.code)
        ]

    return [
        Site(
            code,
            facilities.standing(session, code).facts.zone,
            shown(queries.list_timeline(session, person, code, window, now)),
            shown(queries.list_let_go(session, person, code, window, now - KEPT)),
        )
        for code in codes
    ]


def _sites_of(
    session: Session, person: PersonPrincipal, kind: str, code: str | None
) -> list[str] | None:
    """Codes of the facilities that such a feed reads; None where the person may not have it."""
    known = [row.code for row in facilities.list_facilities(session)]
    if not person.may(READ):
        return None
    if kind == "person":
        return known
    if kind == "facility":
        reach = person.facilities(READ)
        return [code] if code in known and (reach is None or code in reach) else None
    rows = facilities.list_resources(session, bookable=True)
    return next((([row.facility.code]) for row in rows if row.code == code), None)


def note_use(session: Session, key: int, content: str, now: datetime) -> datetime:
    """Remember a read of a feed; when what it says (its digest) changed last (UTC)."""
    use = session.get(FeedUse, key)
    if use is None:
        session.add(FeedUse(feed_id=key, used_at=now, content=content, changed_at=now))
        return now
    use.used_at = now
    if use.content != content:
        use.content, use.changed_at = content, now
    return use.changed_at
