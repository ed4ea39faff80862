"""Geometry of the resource timeline: instants in, percentages out; templates only draw."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hkbio_gmp.kernel.timerange import day_start

_COLUMN = 60
# pixels of a bar below which its second line, its name, its icon no longer fit
_FULL, _SHORT, _ICON = 110, 52, 18
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Handle:
    """By what a bar is taken and moved: its record, the version that was read, its resource."""

    reference: str
    version: int
    resource: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One use, outage or foreign occupancy on a row. Instants in UTC.

    ``state`` is a name of the palette. ``occupied_from`` and ``occupied_until`` add set-up and
    changeover; ``cleaning`` stripes the changeover; ``attended`` are the steps with people;
    ``gaps`` are what the pair with each neighbour needs beyond that, and why.
    """

    starts: datetime
    ends: datetime
    state: str
    title: str
    note: str = ""
    short: str = ""
    href: str | None = None
    occupied_from: datetime | None = None
    occupied_until: datetime | None = None
    attended: tuple[tuple[datetime, datetime], ...] = ()
    cleaning: bool = False
    selected: bool = False
    tooltip: str = ""
    handle: Handle | None = None
    gaps: tuple[tuple[datetime, datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Lapse:
    """The instant at which a row's qualification lapses."""

    at: datetime
    title: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One room or item of equipment: its state now, its grade and its bars.

    Bars move between rows of one ``kind``; an empty one takes none. On an ``open`` row a stretch
    can be asked for.
    """

    code: str
    text: str = ""
    state: str | None = None
    tag: str = ""
    href: str | None = None
    bars: tuple[Bar, ...] = ()
    lapse: Lapse | None = None
    kind: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading, such as an air zone."""

    title: str
    note: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in percent of the track."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar ready to draw. ``text`` is ``full``, ``short``, ``icon`` or ``none``."""

    bar: Bar
    body: Span
    setup: Span | None
    changeover: Span | None
    ticks: tuple[Span, ...]
    text: str
    cut_left: bool
    cut_right: bool
    gaps: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the head. ``week`` is set on the first column of each ISO week."""

    day: date
    x: float
    width: float
    weekend: bool
    today: bool
    week: int | None
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture: days ``first`` to ``last``, both included, in ``zone``.

    ``closed`` names the days on which the facility is shut.
    """

    first: date
    last: date
    zone: str
    groups: tuple[Group, ...]
    now: datetime
    closed: Mapping[date, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days it shows."""
        return (self.last - self.first).days + 1

    @property
    def density(self) -> str:
        """A class for the least width of a column: few days get wide ones."""
        return "wide" if self.days <= 2 else "normal" if self.days <= 16 else "narrow"

    def _edges(self) -> list[datetime]:
        return [day_start(self.first + timedelta(days=n), self.zone) for n in range(self.days + 1)]

    def x(self, instant: datetime) -> float:
        """Where an instant lies, in percent; each day is as wide as any other, also a short one."""
        # by day and not by second: a day of 23 hours must not shift all columns after it
        edges = self._edges()
        index = min(max(bisect_right(edges, instant) - 1, 0), self.days - 1)
        part = (instant - edges[index]) / (edges[index + 1] - edges[index])
        return min(max((index + part) / self.days * 100, 0.0), 100.0)

    @property
    def now_x(self) -> float | None:
        """Where the present lies, or None outside of the window."""
        edges = self._edges()
        return round(self.x(self.now), 3) if edges[0] <= self.now < edges[-1] else None

    @property
    def edge_minutes(self) -> list[int]:
        """The midnights of its days and the one after, in minutes since 1970 (UTC)."""
        return [int(edge.timestamp() // 60) for edge in self._edges()]

    @property
    def columns(self) -> list[Column]:
        """The days of the head."""
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        width = 100 / self.days
        shown = []
        for n in range(self.days):
            day = self.first + timedelta(days=n)
            week = day.isocalendar().week if n == 0 or day.weekday() == 0 else None
            weekend = day.weekday() >= _WEEKEND
            shut = str(self.closed.get(day, ""))
            at = round(n * width, 4)
            shown.append(Column(day, at, width, weekend, day == today, week, shut))
        return shown

    @property
    def hours(self) -> list[int]:
        """Hours to rule where a day is wide enough for them."""
        return list(range(0, 24, 2)) if self.days == 1 else []

    def span(self, starts: datetime, ends: datetime) -> Span | None:
        """The visible part of a stretch, or None where it is all out of view."""
        a, b = self.x(starts), self.x(ends)
        return Span(round(a, 3), round(b - a, 3)) if b > a else None

    def draw(self, row: Row) -> list[Drawn]:
        """The bars of ``row`` that are in view, the selected one last so that it lies on top."""
        # SVG paints in document order
        ordered = sorted(row.bars, key=lambda bar: (bar.selected, bar.starts))
        return [drawn for bar in ordered if (drawn := self._drawn(bar)) is not None]

    def lapse_x(self, row: Row) -> float | None:
        """Where the row's lapse lies, or None where it is not in view."""
        if row.lapse is None or row.lapse.at >= self._edges()[-1]:
            return None
        return round(self.x(row.lapse.at), 3)

    def _drawn(self, bar: Bar) -> Drawn | None:
        edges = self._edges()
        outer = self.span(bar.occupied_from or bar.starts, bar.occupied_until or bar.ends)
        if outer is None:
            return None
        body = self.span(bar.starts, bar.ends) or Span(outer.x, 0)
        return Drawn(
            bar,
            body,
            self.span(bar.occupied_from, bar.starts) if bar.occupied_from else None,
            self.span(bar.ends, bar.occupied_until) if bar.occupied_until else None,
            tuple(self._ticks(bar, body)),
            self._text(body),
            bar.starts < edges[0],
            bar.ends > edges[-1],
            tuple(self._gaps(bar)),
        )

    def _gaps(self, bar: Bar) -> list[tuple[Span, str]]:
        """What each pair needs, where it is in view."""
        found = [(self.span(starts, ends), said) for starts, ends, said in bar.gaps]
        return [(span, said) for span, said in found if span is not None]

    def _ticks(self, bar: Bar, body: Span) -> list[Span]:
        """Attended steps, in percent of the bar."""
        found = []
        for starts, ends in bar.attended:
            step = self.span(starts, ends)
            if step and body.width:
                found.append(
                    Span(
                        round((step.x - body.x) / body.width * 100, 2),
                        round(step.width / body.width * 100, 2),
                    )
                )
        return found

    def _text(self, body: Span) -> str:
        # the server does not know the screen, so it counts with the least width of a column
        column = 840 if self.density == "wide" else _COLUMN if self.density == "normal" else 36
        pixels = body.width / 100 * self.days * column
        if pixels >= _FULL:
            return "full"
        return "short" if pixels >= _SHORT else "icon" if pixels >= _ICON else "none"
