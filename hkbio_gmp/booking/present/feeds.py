"""A feed as iCalendar (RFC 5545): what one may read in words, all else only as occupied."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Calendar, Event, vText

from hkbio_gmp.booking.present.bars import runs
from hkbio_gmp.booking.queries import TimelineEntry
from hkbio_gmp.booking.services.feeds import Site
from hkbio_gmp.web.filters import short_instant
from hkbio_gmp.web.states import look

_TENTATIVE = frozenset({"draft", "requested", "waitlisted", "move_proposed"})
_OVER = frozenset({"cancelled", "rejected", "expired"})


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is made of. ``key`` keeps foreign events' names apart from all other feeds'."""

    name: str
    key: str
    base_url: str
    classes: Mapping[str, Mapping[str, str]]
    sites: list[Site]

    @property
    def content(self) -> str:
        """A digest of all that it says, the hour of writing left out."""
        return hashlib.sha256(repr((self.name, self.sites)).encode()).hexdigest()


def ical_of(feed: Feed, at: datetime) -> bytes:
    """The feed as text; ``at`` (UTC) is when what it says changed last."""
    calendar = Calendar()
    calendar.add("prodid", "-//hkbio-gmp//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", feed.name)
    calendar.add("refresh-interval", vText("PT30M"), parameters={"VALUE": "DURATION"})
    for site in feed.sites:
        known = [one for one in (*site.uses, *site.let_go) if one.reference]
        for event in _own(feed, site, known):
            calendar.add_component(event)
        for event in _occupied(feed, site):
            calendar.add_component(event)
    for component in calendar.walk("VEVENT"):
        component.add("dtstamp", at)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _own(feed: Feed, site: Site, entries: Iterable[TimelineEntry]) -> Iterable[Event]:
    """An event a session, with all its resources."""

    def key(one: TimelineEntry) -> tuple[str, bool, int]:
        return str(one.reference), one.proposed, one.session or 0

    for _key, same in groupby(sorted(entries, key=key), key):
        yield _event(feed, site, list(same))


def _event(feed: Feed, site: Site, uses: list[TimelineEntry]) -> Event:
    head, zone = uses[0], ZoneInfo(site.zone)
    state = "move_proposed" if head.proposed else head.status
    event = Event()
    suffix = "-move" if head.proposed else ""
    event.add("uid", f"{head.reference}-{head.session}{suffix}@hkbio-gmp")
    event.add("sequence", head.version)
    event.add("dtstart", min(u.starts or u.occupied_from for u in uses).astimezone(zone))
    event.add("dtend", max(u.ends or u.occupied_until for u in uses).astimezone(zone))
    rooms = ", ".join(dict.fromkeys(use.resource for use in uses))
    named = feed.classes.get(site.code, {}).get(head.process_class or "", head.process_class or "")
    event.add("summary", f"{rooms} · {head.organisation} · {named}")
    event.add("location", f"{site.code}: {rooms}")
    event.add("status", _status(state))
    event.add("transp", "TRANSPARENT" if state in _OVER else "OPAQUE")
    event.add("categories", [str(look(state).label)])
    event.add("description", _description(feed, site, uses, state))
    event.add("url", f"{feed.base_url}/bookings/{head.reference}")
    return event


def _status(state: str) -> str:
    if state in _OVER:
        return "CANCELLED"
    return "TENTATIVE" if state in _TENTATIVE else "CONFIRMED"


def _description(feed: Feed, site: Site, uses: list[TimelineEntry], state: str) -> str:
    head = uses[0]
    begins = min(use.occupied_from for use in uses)
    ends = max(use.occupied_until for use in uses)
    lines = [
        f"{head.reference} · {look(state).label}",
        head.batch or head.project or "",
        _("Set-up from %(at)s", at=short_instant(begins, site.zone)),
        _("Turnaround until %(at)s", at=short_instant(ends, site.zone)),
        _("With people in the room") if head.attended else _("Runs alone"),
    ]
    return "\n".join(line for line in lines if line)


def _occupied(feed: Feed, site: Site) -> Iterable[Event]:
    """Foreign uses, those that touch joined, so that nothing shows where one ends."""
    zone = ZoneInfo(site.zone)
    for run in runs(one for one in site.uses if one.reference is None):
        begins, ends = run.occupied_from, run.occupied_until
        said = f"{feed.key}|{run.head.resource}|{begins.isoformat()}"
        event = Event()
        event.add("uid", f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@hkbio-gmp")
        event.add("dtstart", begins.astimezone(zone))
        event.add("dtend", ends.astimezone(zone))
        event.add("summary", f"{run.head.resource} · {_('Occupied')}")
        event.add("status", "CONFIRMED")
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        event.add("x-microsoft-cdo-busystatus", "BUSY")
        yield event
