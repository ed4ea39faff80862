"""Uses of rooms as bars of the timeline: sessions that touch become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from hkbio_gmp.booking.models import Outage
from hkbio_gmp.booking.queries import TimelineEntry
from hkbio_gmp.web.states import look
from hkbio_gmp.web.timeline import Bar

Words = Callable[[str], str]
_DONE = frozenset({"completed", "cleaning"})


@dataclass(slots=True)
class Run:
    """Sessions of one booking on one resource without a pause between their occupancies."""

    entries: list[TimelineEntry] = field(default_factory=list)

    @property
    def head(self) -> TimelineEntry:
        """Its first session."""
        return self.entries[0]

    @property
    def occupied_from(self) -> datetime:
        """When the set-up begins (UTC)."""
        return min(entry.occupied_from for entry in self.entries)

    @property
    def occupied_until(self) -> datetime:
        """When the turnaround ends (UTC)."""
        return max(entry.occupied_until for entry in self.entries)

    @property
    def starts(self) -> datetime:
        """When the slot begins (UTC); of a foreign one its occupancy."""
        return min(entry.starts or entry.occupied_from for entry in self.entries)

    @property
    def ends(self) -> datetime:
        """When the slot ends (UTC); of a foreign one its occupancy."""
        return max(entry.ends or entry.occupied_until for entry in self.entries)

    @property
    def status(self) -> str:
        """One status for all: in use as soon as some have begun and others have not."""
        found = {entry.status for entry in self.entries}
        if self.head.proposed:
            return "move_proposed"
        if len(found) == 1:
            return found.pop()
        return "completed" if found <= _DONE else "in_use"

    @property
    def is_cleaning(self) -> bool:
        """Whether its last session waits for its clearance."""
        return self.entries[-1].status == "cleaning"


def runs(entries: Iterable[TimelineEntry]) -> list[Run]:
    """Neighbouring sessions of one booking on one resource joined, in the order given."""
    joined: list[Run] = []
    for entry in entries:
        last = joined[-1] if joined else None
        if last is not None and _continues(last, entry):
            last.entries.append(entry)
        else:
            joined.append(Run([entry]))
    return joined


def _continues(run: Run, entry: TimelineEntry) -> bool:
    same = (run.head.resource, run.head.reference, run.head.proposed) == (
        entry.resource,
        entry.reference,
        entry.proposed,
    )
    return same and entry.occupied_from <= run.occupied_until


def booking_bar(run: Run, words: Words, href: str | None, selected: str | None) -> Bar:
    """The bar of a run; ``words`` names a process class."""
    head, shown = run.head, run.status
    if head.reference is None:
        return Bar(run.starts, run.ends, "occupied", _("Occupied"), tooltip=_("Occupied"))
    title = head.organisation or ""
    if head.flagged:
        title = f"⚑ {title}"
    if head.batch:
        title = f"{title} · {head.batch.rsplit('-', 1)[-1]}"
    return Bar(
        run.starts,
        run.ends,
        "completed" if shown == "cleaning" else shown,
        title,
        _note(run, words),
        short=(head.organisation or "").replace("STARTUP-", "S-"),
        href=href,
        occupied_from=run.occupied_from,
        occupied_until=run.occupied_until,
        attended=_steps(run),
        cleaning=run.is_cleaning,
        selected=head.reference == selected,
        tooltip=_tooltip(head, title, shown),
    )


def _tooltip(head: TimelineEntry, title: str, shown: str) -> str:
    words = [head.reference or "", title, str(look(shown).label)]
    return " · ".join([*words, str(look("flagged").label)] if head.flagged else words)


def _note(run: Run, words: Words) -> str:
    named = words(run.head.process_class or "")
    if len(run.entries) == 1:
        return named
    return str(_("%(name)s · %(count)s sessions", name=named, count=len(run.entries)))


def _steps(run: Run) -> tuple[tuple[datetime, datetime], ...]:
    """Attended steps, where not the whole of it is one."""
    found = tuple((e.starts, e.ends) for e in run.entries if e.attended and e.starts and e.ends)
    return () if len(found) == len(run.entries) == 1 else found


def outage_bar(outage: Outage, href: str | None) -> Bar:
    """The bar of an outage."""
    kind = str(look(outage.kind).label)
    return Bar(
        outage.starts,
        outage.ends,
        "outage",
        _("Outage") if outage.kind == "planned" else kind,
        outage.reason,
        short=_("Outage"),
        href=href,
        tooltip=f"{outage.reference} · {kind} · {outage.reason}",
    )
