"""Clashes and circumstances turned into findings, each with its way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hkbio_gmp.booking.rules.occupancy import Clash, Use
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts, ResourceFacts
from hkbio_gmp.facilities.rules.opening import is_open_throughout
from hkbio_gmp.kernel.errors import Conflict
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import N_, Message
from hkbio_gmp.kernel.timerange import TimeRange

FARTHEST = timedelta(days=730)
LONGEST_ATTENDED = timedelta(days=1)
_BEGINNING = timedelta(minutes=30)
OWN_REASONS = frozenset({"occupied", "changeover", "outage"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes the words are for: another organisation's use is only "occupied"."""

    organisations: frozenset[str] | None
    facilities: frozenset[str] | None = frozenset()

    def may_see(self, use: Use | None, facility: str) -> bool:
        """Whether the neighbour may be named."""
        if use is None or self.organisations is None or self.facilities is None:
            return True
        return use.organisation in self.organisations or facility in self.facilities


def conflict_of(clash: Clash, viewer: Viewer, facility: str) -> Conflict:
    """The clash as the contract shows it: nothing of a neighbour that is not the viewer's.

    A foreign changeover gives only the earliest start; a foreign segregation reads occupied.
    """
    if clash.reason == "changeover":
        return Conflict(clash.resource, clash.when.starts, clash.clears_at, "changeover")
    if viewer.may_see(clash.neighbour, facility):
        return Conflict(clash.resource, clash.when.starts, clash.when.ends, clash.reason)
    reason = "occupied" if clash.reason == "segregation" else clash.reason
    return Conflict(clash.resource, clash.when.starts, clash.when.ends, reason)


def clash_finding(clash: Clash, viewer: Viewer, facility: str) -> Finding:
    """The clash as a finding."""
    seen = viewer.may_see(clash.neighbour, facility)
    reason = "occupied" if clash.reason == "segregation" and not seen else clash.reason
    severity = Severity.WARN if clash.severity == "warn" else Severity.BLOCK
    return Finding(
        rule=reason,
        severity=severity,
        subject=clash.resource,
        message=_said(clash, reason, seen),
        remedy=Message("Start on or after {at}, or choose another room.", at=clash.clears_at),
        clears_at=clash.clears_at,
        source=clash.source if seen else "",
    )


def _said(clash: Clash, reason: str, seen: bool) -> Message:
    where = {"resource": clash.resource}
    if reason == "outage":
        return Message("{resource} is out of use until {until}.", **where, until=clash.when.ends)
    if reason == "changeover":
        return Message(
            "{resource} needs changeover; the earliest start is {at}.", **where, at=clash.clears_at
        )
    if reason == "segregation" and clash.neighbour is not None and clash.scope == "room":
        return Message(
            "{other} runs in the same room as {resource} until {until}.",
            **where,
            other=clash.neighbour.resource,
            until=clash.when.ends,
        )
    if reason == "segregation" and clash.neighbour is not None and clash.scope == "unit":
        return Message(
            "{other} holds other material in the same unit as {resource} until {until}.",
            **where,
            other=clash.neighbour.resource,
            until=clash.when.ends,
        )
    if reason == "segregation" and clash.neighbour is not None:
        return Message(
            "{other} runs in the same air zone as {resource} until {until}.",
            **where,
            other=clash.neighbour.resource,
            until=clash.when.ends,
        )
    if seen and clash.neighbour is not None and clash.neighbour.booking:
        return Message(
            "{resource} is occupied by {booking} until {until}.",
            **where,
            booking=clash.neighbour.booking,
            until=clash.when.ends,
        )
    return Message("{resource} is occupied until {until}.", **where, until=clash.when.ends)


def opening_finding(
    number: int, slot: TimeRange, opened: Sequence[TimeRange], operators: int
) -> Finding | None:
    """Attended work outside opening hours is a warning that the manager passes with two people
    named (contract, roles).

    Nobody works round the clock: of a session longer than a day the beginning counts (D).
    """
    if is_open_throughout(attended_part(slot), opened):
        return None
    remedy = (
        Message("The manager may pass it with a reason.")
        if operators >= 2
        else Message("Name two operators, or stay within opening hours.")
    )
    return Finding(
        rule="opening_hours",
        severity=Severity.WARN,
        subject=str(number),
        message=Message(
            "Session {number} lies outside opening hours: {starts} to {ends}.",
            number=number,
            starts=slot.starts,
            ends=slot.ends,
        ),
        remedy=remedy,
        source="facility's opening hours",
    )


def attended_part(slot: TimeRange) -> TimeRange:
    """The time in which people must be there: all of a session, or a long one's beginning."""
    if slot.length <= LONGEST_ATTENDED:
        return slot
    return TimeRange(slot.starts, slot.starts + _BEGINNING)


def room_finding(
    room: ResourceFacts, needs: ProcessClassFacts, *, open_processing: bool
) -> Finding:
    """Whether the room's grade suits the class (PE 009-17 Annex 2A 3.11, 3.13)."""
    accepted = needs.grades(open_processing=open_processing)
    suits = not accepted or room.grade in accepted
    said = (
        Message("{room} has grade {grade}.", room=room.code, grade=room.grade or "-")
        if suits
        else Message(
            "{room} has grade {grade}; {name} needs {grades}.",
            room=room.code,
            grade=room.grade or "-",
            name=needs.name,
            grades=", ".join(accepted),
        )
    )
    return Finding(
        rule="room_grade",
        severity=Severity.OK if suits else Severity.BLOCK,
        subject=room.code,
        message=said,
        remedy=None if suits else Message("Choose a room of such a grade."),
        source="PE 009-17 Annex 2A 3.11, 3.13",
    )


PROJECT_STATES = (N_("proposed"), N_("accepted"), N_("closed"))


def project_finding(code: str, status: str, needs: ProcessClassFacts) -> Finding:
    """A GMP booking needs a project that the facility's quality has accepted."""
    accepted = status == "accepted" or not needs.is_gmp
    return Finding(
        rule="project_accepted",
        severity=Severity.OK if accepted else Severity.BLOCK,
        subject=code,
        message=Message("Project {code} is {status}.", code=code, status=Message(status)),
        remedy=None if accepted else Message("Ask the facility's quality to accept the project."),
        source="PE 009-17 Part I 5.9; facility's new-product introduction",
        link=f"/projects/{code}",
    )


def operators_finding(named: int, attended: bool) -> Finding | None:
    """Attended work with nobody named yet."""
    if named or not attended:
        return None
    return Finding(
        rule="operators_named",
        severity=Severity.WARN,
        subject="operators",
        message=Message("No operator is named yet."),
        remedy=Message("Name operators whose qualifications are valid."),
        source="PE 009-17 Annex 1 7.4",
    )


def past_finding(starts: datetime, now: datetime) -> Finding | None:
    """A slot that has begun cannot be booked."""
    if starts >= now:
        return None
    return Finding(
        rule="in_the_past",
        severity=Severity.BLOCK,
        subject="starts_at",
        message=Message("The slot begins in the past, at {starts}.", starts=starts),
        remedy=Message("Choose a slot that begins later."),
        clears_at=now,
    )


def far_finding(ends: datetime, now: datetime) -> Finding | None:
    """How far ahead time can be promised (D)."""
    if ends <= now + FARTHEST:
        return None
    return Finding(
        rule="too_far_ahead",
        severity=Severity.BLOCK,
        subject="ends_at",
        message=Message("The slot lies more than {days} days ahead.", days=FARTHEST.days),
        remedy=Message("Choose an earlier slot."),
        clears_at=ends - FARTHEST,
        source="hkbio-gmp setting",
    )


def earliest_clear(findings: Iterable[Finding]) -> datetime | None:
    """When the last of the blocking findings clears (UTC); None where one never does by itself."""
    times = [f.clears_at for f in findings if f.severity is Severity.BLOCK]
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None
