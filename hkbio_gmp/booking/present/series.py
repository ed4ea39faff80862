"""Series to show: the preview's rows, what the person chose of them, and the stored occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.models_series import BookingSeries
from hkbio_gmp.booking.rules.flags import load_finding
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.services import Adjusted, OccurrenceSaid
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict
from hkbio_gmp.kernel.timerange import within_reach

_NUMBER, _LONGEST = 2, 400


@dataclass(frozen=True)
class PreviewRow:
    """One occurrence of the preview with what may be chosen of it."""

    said: OccurrenceSaid
    adjusted: str = ""

    @property
    def findings(self) -> list[Finding]:
        """Those that block or warn."""
        return [f for f in self.said.findings if f.severity is not Severity.OK]

    @property
    def fits(self) -> bool:
        """Whether it would be entered."""
        return self.said.verdict is not Verdict.BLOCKED

    @property
    def resources(self) -> list[str]:
        """What it takes."""
        return list(dict.fromkeys(use.resource for use in self.said.plan.uses))

    @property
    def way(self) -> str:
        """The way that makes it fit as the form sends it; nothing where it is not a form's."""
        change = self.said.way
        usable = change is not None and change.kind in {"later", "room"}
        return _sent(self.said.occurrence.number, change) if change and usable else ""


def _sent(number: int, change: Change) -> str:
    codes = ",".join(dict.fromkeys(use.resource for use in change.plan.uses))
    return f"{number}|{change.starts.isoformat()}|{codes}"


def preview_rows(said: Iterable[OccurrenceSaid], sent: Iterable[str]) -> list[PreviewRow]:
    """The rows, each with the way that was taken up for it."""
    known = {text.partition("|")[0]: text for text in sent}
    return [PreviewRow(one, known.get(str(one.occurrence.number), "")) for one in said]


def chosen_out(values: MultiDict[str, str]) -> frozenset[int]:
    """The numbers that are ticked to be left out."""
    texts = values.getlist("leave_out")
    return frozenset(int(t) for t in texts if _is_number(t))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _NUMBER


def chosen_ways(values: MultiDict[str, str]) -> dict[int, Adjusted]:
    """The ways that are ticked, as :attr:`PreviewRow.way` wrote them; other texts are none."""
    found = (_read(text) for text in values.getlist("adjust") if len(text) <= _LONGEST)
    return dict(one for one in found if one is not None)


def _read(text: str) -> tuple[int, Adjusted] | None:
    number, _one, rest = text.partition("|")
    starts, _two, codes = rest.partition("|")
    try:
        at = datetime.fromisoformat(starts)
    except ValueError:
        return None
    named = tuple(code for code in codes.split(",") if code)
    if not (_is_number(number) and named and at.tzinfo is not None and within_reach(at)):
        return None
    return int(number), Adjusted(at, named)


@dataclass(frozen=True)
class SeriesRow:
    """One stored occurrence."""

    number: int
    starts: datetime
    booking: Booking | None
    status: str | None
    resources: Sequence[str]
    findings: Sequence[Finding]


def series_rows(series: BookingSeries) -> list[SeriesRow]:
    """Every occurrence with its state, or with what was found against it."""
    return [
        SeriesRow(
            one.number,
            one.booking.sessions[0].starts if one.booking else one.starts,
            one.booking,
            queries.status_of(one.booking) if one.booking else None,
            queries.resources_of(one.booking) if one.booking else (),
            [load_finding(f["rule"], f["subject"], f) for f in one.left_out or ()],
        )
        for one in series.occurrences
    ]
