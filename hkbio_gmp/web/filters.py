"""Jinja filters: times in the facility's zone, durations in words, messages, states."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from flask_babel import get_locale, gettext, ngettext

from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web import navigation
from hkbio_gmp.web.icons import icon_shape, icon_svg
from hkbio_gmp.web.states import look, role_label

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAYS = "一二三四五六日"
_MINUTES_OF_DAY = 1440
# a narrow space that does not break: a comma reads as a decimal mark to some of our auditors
_THIN = "\u202f"


def init_app(app: Flask) -> None:
    """Put the filters and globals into the templates' environment."""
    app.jinja_env.filters.update(
        instant=instant,
        time_range=time_range,
        day=day,
        day_short=day_short,
        day_plain=day_plain,
        day_range=day_range,
        clock=clock_time,
        short_instant=short_instant,
        duration=duration,
        parsed_instant=parsed_instant,
        recorded=recorded,
        from_now=from_now,
        days_left_words=days_left_words,
        message=message,
        state_label=lambda state: str(look(state).label),
        role_label=role_label,
        short_hash=short_hash,
        number=number,
        localised=localised,
    )
    app.jinja_env.globals.update(
        icon_svg=icon_svg,
        icon_shape=icon_shape,
        look=look,
        page_url=page_url,
        sort_url=sort_url,
        current_zone=navigation.current_zone,
        current_facility=navigation.current_facility,
        chinese=chinese,
        today=today,
        local_time=_local,
        show=show,
        weekday=weekday,
    )
    # macros nest deeply; without this their line ends would double the size of a page
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def chinese() -> bool:
    """Whether the page is in Chinese."""
    locale = get_locale()
    return bool(locale and locale.language == "zh")


def weekday(value: date) -> str:
    """``Mon``, ``週一``."""
    return f"週{_DAYS[value.weekday()]}" if chinese() else f"{value:%a}"


def today(zone: str | None = None) -> date:
    """The calendar day that it is now at the facility."""
    return clock.today(zone or navigation.current_zone())


def _local(value: datetime, zone: str | None = None) -> datetime:
    return value.astimezone(ZoneInfo(zone or navigation.current_zone()))


def _as_day(value: date | datetime, zone: str | None) -> date:
    return _local(value, zone).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None, zone: str | None = None) -> str:
    """``Mon 4 Jan 2027``, ``2027年1月4日（星期一）``; nothing for nothing."""
    if value is None:
        return ""
    known = _as_day(value, zone)
    # written out: the locale data of Babel has neither this order nor these brackets
    if chinese():
        return f"{known.year}年{known.month}月{known.day}日（星期{_DAYS[known.weekday()]}）"
    return f"{known:%a} {known.day} {known:%b %Y}"


def day_short(value: date | datetime | None, zone: str | None = None) -> str:
    """``Mon 4 Jan``, ``1月4日（星期一）``."""
    if value is None:
        return ""
    known = _as_day(value, zone)
    if chinese():
        return f"{known.month}月{known.day}日（星期{_DAYS[known.weekday()]}）"
    return f"{known:%a} {known.day} {known:%b}"


def day_plain(value: date | datetime | None, zone: str | None = None) -> str:
    """``4 Jan 2027``, ``2027年1月4日``."""
    if value is None:
        return ""
    known = _as_day(value, zone)
    if chinese():
        return f"{known.year}年{known.month}月{known.day}日"
    return f"{known.day} {known:%b %Y}"


def day_range(first: date | datetime, last: date | datetime, zone: str | None = None) -> str:
    """``11 to 24 Jan 2027``: what the two days share is said once."""
    a, b = _as_day(first, zone), _as_day(last, zone)
    if a == b:
        return day_plain(a)
    if chinese():
        return f"{day_plain(a)}至{day_plain(b) if a.year != b.year else f'{b.month}月{b.day}日'}"
    start = str(a.day) if (a.year, a.month) == (b.year, b.month) else f"{a.day} {a:%b}"
    return f"{start if a.year == b.year else day_plain(a)} to {day_plain(b)}"


def clock_time(value: datetime | None, zone: str | None = None) -> str:
    """``09:00`` in the zone."""
    return "" if value is None else f"{_local(value, zone):%H:%M}"


def instant(value: datetime | None, zone: str | None = None) -> str:
    """``Mon 4 Jan 2027, 09:00 HKT``, ``2027年1月4日（星期一）09:00``."""
    if value is None:
        return ""
    local = _local(value, zone)
    if chinese():
        return f"{day(local.date())}{local:%H:%M}"
    return f"{day(local.date())}, {local:%H:%M %Z}"


def short_instant(value: datetime | None, zone: str | None = None) -> str:
    """``4 Jan, 09:00``, ``1月4日 09:00``: where the year and the zone stand nearby."""
    if value is None:
        return ""
    local = _local(value, zone)
    if chinese():
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {local:%b, %H:%M}"


def time_range(starts: datetime, ends: datetime, zone: str | None = None) -> str:
    """``Mon 4 Jan 2027, 09:00-17:00 HKT``, over days ``… 09:00 to Fri 8 Jan 2027, 13:00 HKT``."""
    a, b = _local(starts, zone), _local(ends, zone)
    if a.date() == b.date():
        tail = "" if chinese() else f" {b:%Z}"
        comma = "" if chinese() else ", "
        return f"{day(a.date())}{comma}{a:%H:%M}-{b:%H:%M}{tail}"
    if chinese():
        last = day(b.date()) if a.year != b.year else day_short(b.date())
        return f"{day(a.date())}{a:%H:%M}至{last}{b:%H:%M}"
    first = day(a.date()) if a.year != b.year else day_short(a.date())
    return f"{first}, {a:%H:%M} to {day(b.date())}, {b:%H:%M %Z}"


def duration(value: timedelta | float | None) -> str:
    """Minutes or a delta in words, the two largest parts: ``8 days 4 h``, ``3 h 18 min``."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value * 60
    minutes = round(abs(seconds) / 60)
    days, rest = divmod(minutes, _MINUTES_OF_DAY)
    hours, left = divmod(rest, 60)
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        gettext("%(num)d h", num=hours) if hours else "",
        gettext("%(num)d min", num=left) if left and not days else "",
    ]
    return " ".join(part for part in parts if part) or gettext("%(num)d min", num=0)


def parsed_instant(value: str) -> datetime:
    """The instant of an entry's ``at``: ISO 8601 with an offset. Raises ValueError."""
    return clock.utc(datetime.fromisoformat(value))


def recorded(value: object, zone: str | None = None) -> str:
    """A value of the log for people: instants in ``zone``, digests short, flags as words."""
    match value:
        case bool():
            return gettext("yes") if value else gettext("no")
        case str() if _INSTANT.fullmatch(value):
            return instant(parsed_instant(value), zone)
        case str() if _DIGEST.fullmatch(value):
            return f"{value[:12]}…"
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def from_now(value: datetime | None) -> str:
    """``in 2 days``, ``3 h 18 min ago``."""
    if value is None:
        return ""
    left = value - clock.now()
    # two sentences, since Chinese puts its word for ago where English has none
    if left < timedelta(0):
        return gettext("%(length)s ago", length=duration(left))
    return gettext("in %(length)s", length=duration(left))


def days_left_words(days: int | None) -> str:
    """``9 days left``, ``today``, ``6 days ago``."""
    if days is None:
        return ""
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(num)d day ago", "%(num)d days ago", -days)
    return ngettext("%(num)d day left", "%(num)d days left", days)


def message(value: Message | str | None, zone: str | None = None) -> str:
    """A kernel message in the present language, its times in its own zone."""
    if value is None:
        return ""
    if not isinstance(value, Message):
        return str(value)
    template = gettext(value.template)
    if not value.values:
        return template
    return template.format(**{k: show(v, zone or value.zone) for k, v in value.values.items()})


def show(value: Any, zone: str | None = None) -> str:
    """Any plain value as people read it: times in the zone, nothing as a dash."""
    if isinstance(value, Message):
        return message(value)
    if isinstance(value, datetime):
        return instant(value, zone)
    if isinstance(value, date):
        return day(value)
    return "" if value is None else str(value)


def short_hash(digest: str | bytes | None) -> str:
    """The first eight characters of a digest in two groups: ``9f3c 71aa``."""
    text = digest.hex() if isinstance(digest, bytes) else (digest or "")
    text = text.removeprefix("sha256:")
    return f"{text[:4]} {text[4:8]}".strip()


def number(value: float) -> str:
    """``48 204``: groups of three, a minus as long as a digit."""
    shown = f"{value:,}".replace(",", _THIN)
    return shown.replace("-", "−")


def localised(thing: Any, attribute: str = "name") -> str:
    """``name_zh`` on a Chinese page where there is one, else ``name``."""
    translated = getattr(thing, f"{attribute}_zh", None) if chinese() else None
    return str(translated or getattr(thing, attribute))


def page_url(**changes: Any) -> str:
    """This address with arguments replaced; None takes one out."""
    kept: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {})}
    wanted = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    # a choice that has been made is in a cookie by now and would stick to every link
    for once in ("lang", "theme", "site"):
        if once not in changes:
            wanted.pop(once, None)
    if request.endpoint is None:
        return request.path
    return url_for(request.endpoint, **wanted)


def sort_url(key: str) -> str:
    """This list sorted by ``key``; a second time, the other way round."""
    # the cursor belongs to the old order
    wanted = f"-{key}" if request.args.get("sort") == key else key
    return page_url(sort=wanted, cursor=None, before=None, after=None)
