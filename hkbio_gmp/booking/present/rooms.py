"""The rows of the calendar: rooms by air zone, shared equipment, the other sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from hkbio_gmp.certification.rules.status import CertificateFacts, covered_until
from hkbio_gmp.facilities.models import AirZone, Resource
from hkbio_gmp.kernel.timerange import day_end, local_date
from hkbio_gmp.web.filters import chinese, localised
from hkbio_gmp.web.timeline import Bar, Group, Lapse, Row

BarsOf = Callable[[str], tuple[Bar, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """What the rows of one facility are drawn from."""

    zone: str
    now: datetime
    until: datetime
    bars_of: BarsOf
    qualified: dict[str, list[CertificateFacts]]
    href: Callable[[Resource], str | None]
    may_ask: bool = False
    moves: bool = False


def room_groups(
    place: Place, zones: Sequence[AirZone], resources: Iterable[Resource]
) -> list[Group]:
    """Rooms under their air zone, then equipment that is booked by itself."""
    bookable = [r for r in resources if r.bookable and r.state == "active" and r.kind != "suite"]
    groups = []
    for zone in zones:
        inside = [r for r in bookable if r.kind == "room" and r.air_zone_id == zone.id]
        groups.append(Group(localised(zone), zone.code, _rows(place, inside)))
    apart = [r for r in bookable if r.kind == "room" and r.air_zone_id is None]
    groups.append(Group(_("Other rooms"), "", _rows(place, apart)))
    shared = [r for r in bookable if r.kind == "equipment"]
    groups.append(Group(_("Shared equipment"), "", _rows(place, shared)))
    return [group for group in groups if group.rows]


def other_site(code: str, place: Place, resources: Iterable[Resource]) -> Group:
    """Another facility's rooms, of which only the occupancy is told."""
    rooms = [r for r in resources if r.bookable and r.kind == "room" and r.state == "active"]
    return Group(_("Other site"), _("%(code)s · occupancy only", code=code), _rows(place, rooms))


def _rows(place: Place, resources: Iterable[Resource]) -> tuple[Row, ...]:
    return tuple(_row(place, resource) for resource in resources)


def _row(place: Place, resource: Resource) -> Row:
    bars = place.bars_of(resource.code)
    lapse = _lapse(place, resource)
    state, text = _state(place, bars, lapse)
    return Row(
        resource.code,
        text if resource.kind == "room" or state not in {"ready"} else localised(resource),
        state,
        resource.grade or "",
        place.href(resource),
        bars,
        lapse,
        f"{resource.kind} {resource.equipment_kind or ''}".strip() if place.moves else "",
        place.may_ask,
    )


def _state(place: Place, bars: Iterable[Bar], lapse: Lapse | None) -> tuple[str, str]:
    """What a room is now, in a word and a state."""
    here = next((bar for bar in bars if bar.starts <= place.now < bar.ends), None)
    if here is not None and here.state == "occupied":
        return "occupied", _(
            "Occupied to %(day)s", day=few_words(local_date(here.ends, place.zone))
        )
    if here is not None and here.state in {"in_use", "outage"}:
        return here.state, _("In use") if here.state == "in_use" else here.title
    cleaning = next((b for b in bars if b.cleaning and b.ends <= place.now), None)
    if cleaning is not None:
        return "cleaning", _("Clearance due")
    if lapse is not None:
        return "due" if lapse.at > place.now else "lapsed", lapse.title
    return "ready", _("Ready")


def _lapse(place: Place, resource: Resource) -> Lapse | None:
    held = place.qualified.get(resource.code)
    if not held:
        return None
    until = covered_until(held, local_date(place.now, place.zone))
    if until is None:
        return Lapse(place.now, _("Not qualified now"))
    at = day_end(until, place.zone)
    if at > place.until:
        return None
    return Lapse(at, _("Qualified to %(day)s", day=few_words(until)))


def few_words(day: date) -> str:
    """``22 Jan``, ``1月22日``: a room's second line has no space for more."""
    return f"{day.month}月{day.day}日" if chinese() else f"{day.day} {day:%b}"
