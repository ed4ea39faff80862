"""Invented content for the gallery of components: Wednesday 13 January 2027 at LCT."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.timeline import Bar, Group, Lapse, Row, Timeline

ZONE = "Asia/Hong_Kong"
NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
_SETUP, _CHANGEOVER = timedelta(hours=6), timedelta(hours=8)
_ATTENDED = {"in_use", "approved", "requested"}

_ROOMS = (
    ("Zone 1", "LCT-CR1", "In use", "in_use", "B"),
    ("Zone 1", "LCT-CR2", "Qualified to 22 Jan", "due", "B"),
    ("Zone 1", "LCT-CR3", "Ready", "ready", "B"),
    ("Zone 1", "LCT-CR4", "Ready", "ready", "C"),
    ("Other site", "CUHK-R1", "Occupied to 15 Jan", "occupied", "B"),
)
# room, first day and hour, last day and hour, state, title, note
_USES = (
    ("LCT-CR1", (9, 0), (11, 17), "completed", "STARTUP-C · B0", ""),
    ("LCT-CR1", (12, 14), (22, 13), "in_use", "STARTUP-A · B1", "gene-modified cell · session 2"),
    ("LCT-CR2", (8, 0), (13, 9), "completed", "STARTUP-C · B2", "allogeneic cell · 6 sessions"),
    ("LCT-CR2", (15, 8), (16, 18), "outage", "Requal.", "planned"),
    ("LCT-CR2", (20, 9), (28, 13), "requested", "STARTUP-A · B2", "gene-modified cell · CR2 + CP1"),
    ("LCT-CR3", (11, 10), (11, 18), "completed", "STARTUP-B", ""),
    ("LCT-CR3", (14, 9), (21, 12), "approved", "STARTUP-C · B1", "allogeneic cell · 4 sessions"),
    ("LCT-CR4", (14, 9), (15, 18), "requested", "STARTUP-B · B3", ""),
    ("LCT-CR4", (18, 9), (22, 17), "blocked", "STARTUP-C · B2", "operator C3: gowning lapsed"),
    ("CUHK-R1", (5, 0), (15, 8), "occupied", "Occupied", ""),
    ("CUHK-R1", (18, 8), (30, 0), "occupied", "Occupied", ""),
)
_SESSIONS = (
    ((12, 14), (12, 18), "cleared", "1"),
    ((12, 18), (13, 14), "in_use", ""),
    ((13, 14), (13, 18), "planned", "3"),
    ((13, 18), (18, 9), "planned", ""),
    ((18, 9), (18, 12), "planned", "5"),
    ((18, 12), (20, 9), "planned", ""),
    ((20, 9), (20, 12), "blocked", "6"),
    ((20, 12), (22, 9), "planned", ""),
    ((22, 9), (22, 13), "planned", "7"),
)
_IN_ORDER = (
    ("licence", "LCT", "Facility licence LCT", "to 31 Aug 2027"),
    ("agreement", "STARTUP-A", "Technical agreement STARTUP-A", "to 30 Nov 2028"),
    ("gowning", "Operator A1", "Operator A1, all qualifications", "to 13 Apr 2027"),
)


def at(day: int, hour: float = 0) -> datetime:
    """An hour of a day of January 2027 at the facility, in UTC."""
    midnight = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(hours=8)
    return midnight + timedelta(days=day - 1, hours=hour)


def _bar(
    first: tuple[int, int], last: tuple[int, int], state: str, title: str, note: str, room: str
) -> Bar:
    starts, ends = at(*first), at(*last)
    foreign = state in {"occupied", "outage"}
    steps = tuple((starts + timedelta(days=n), starts + timedelta(days=n, hours=4)) for n in (0, 2))
    return Bar(
        starts,
        ends,
        state,
        title,
        note,
        short=title.split(" ")[0].replace("STARTUP", "S"),
        href=None if foreign else "#timeline",
        occupied_from=None if foreign else starts - _SETUP,
        occupied_until=None if foreign else ends + _CHANGEOVER,
        attended=steps if state in _ATTENDED else (),
        cleaning=state == "completed" and room == "LCT-CR2",
        selected=state == "requested" and room == "LCT-CR2",
    )


def _row(code: str, text: str, state: str, grade: str) -> Row:
    bars = tuple(_bar(*use[1:], room=code) for use in _USES if use[0] == code)
    lapse = Lapse(at(23), "LCT-CR2 qualification lapses") if code == "LCT-CR2" else None
    return Row(code, text, state, grade, None, bars, lapse)


def sample_timeline() -> Timeline:
    """Two weeks at LCT, with a bar of each state."""
    groups = tuple(
        Group(title, note, tuple(_row(*room[1:]) for room in _ROOMS if room[0] == title))
        for title, note in (("Zone 1", "AHU-1 · cells"), ("Other site", "CUHK · occupancy only"))
    )
    return Timeline(date(2027, 1, 11), date(2027, 1, 24), ZONE, groups, NOW)


def sample_neighbours() -> Timeline:
    """One room of the same, for the small picture."""
    whole = sample_timeline()
    return Timeline(
        whole.first, whole.last, ZONE, (Group("", rows=whole.groups[0].rows[1:2]),), NOW
    )


def sample_sessions() -> Timeline:
    """Seven sessions of one booking."""
    bars = tuple(
        Bar(at(*first), at(*last), state, f"Session {number}", short=number)
        for first, last, state, number in _SESSIONS
    )
    group = Group("", rows=(Row("", bars=bars),))
    return Timeline(date(2027, 1, 12), date(2027, 1, 22), ZONE, (group,), NOW)


def sample_findings() -> list[Finding]:
    """Findings of each severity."""
    suspended = Finding(
        "operator_aps",
        Severity.BLOCK,
        "Operator A5",
        Message("Operator {name}: APS suspended", name="A5"),
        Message("Name another operator for session {session}.", session=6),
        source="Annex 1, 9.38 and 7.4",
        link="#readiness",
    )
    lapsing = Finding(
        "room_qualification",
        Severity.WARN,
        "LCT-CR2",
        Message("{room} qualification lapses {day}", room="LCT-CR2", day=date(2027, 1, 22)),
        Message("Conditional on renewal by {day}.", day=date(2027, 1, 18)),
        at(23),
        "Annex 1, 4.32",
        "#readiness",
    )
    fine = [
        Finding(rule, Severity.OK, subject, Message(text), source=source)
        for rule, subject, text, source in _IN_ORDER
    ]
    return [suspended, lapsing, *fine]
