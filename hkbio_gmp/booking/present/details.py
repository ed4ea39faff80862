"""One booking ready to show: state, what is next, facts, readiness, neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from hkbio_gmp.booking import queries
from hkbio_gmp.booking.lifecycle import BOOKINGS, BookingState
from hkbio_gmp.booking.models import Booking, BookingSession, MoveProposal
from hkbio_gmp.booking.queries import Neighbour
from hkbio_gmp.booking.rules.search.changes import Change
from hkbio_gmp.booking.rules.stages import MANAGER, ROLES
from hkbio_gmp.booking.services import Evaluation, readiness, ways_out_of
from hkbio_gmp.facilities import queries as facilities
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.kernel.findings import Finding, Severity, Verdict
from hkbio_gmp.kernel.timerange import TimeRange
from hkbio_gmp.web.filters import localised

_OVER = frozenset({"rejected", "cancelled", "expired", "completed", "no_show"})


@dataclass(frozen=True)
class Details:
    """A booking with everything that its page and the side panel say of it."""

    booking: Booking
    status: str
    occupancy: TimeRange
    slot: TimeRange
    resources: list[str]
    class_name: str
    setup_minutes: int
    turnaround_minutes: int
    evaluation: Evaluation | None
    neighbours: list[Neighbour]
    verbs: frozenset[str]
    computed_at: datetime

    @property
    def zone(self) -> str:
        """The facility's zone."""
        return self.booking.facility.zone

    @property
    def verdict(self) -> Verdict | None:
        """What readiness amounts to; None once it is over."""
        return self.evaluation.verdict if self.evaluation else None

    @property
    def findings(self) -> list[Finding]:
        """Every finding, blocks first."""
        return self.evaluation.findings if self.evaluation else []

    @property
    def open_findings(self) -> list[Finding]:
        """Those that block or warn."""
        return [f for f in self.findings if f.severity is not Severity.OK]

    @property
    def blocks(self) -> list[Finding]:
        """Those that block."""
        return [f for f in self.findings if f.severity is Severity.BLOCK]

    @property
    def operators(self) -> list[str]:
        """Names of the operators that are named now."""
        return [o.person.name for o in self.booking.operators if o.active]

    @property
    def proposal(self) -> MoveProposal | None:
        """The move that waits for a decision."""
        return next((p for p in self.booking.proposals if p.state == "open"), None)

    @property
    def next_session(self) -> BookingSession | None:
        """The first session that is not over."""
        over = {"cleared", "aborted", "no_show"}
        return next((s for s in self.booking.sessions if s.state not in over), None)

    def may(self, verb: str) -> bool:
        """Whether the person may do it now."""
        return verb in self.verbs

    def gap(self, side: str) -> Neighbour | None:
        """The nearest use before or after, on any of its resources."""
        near = [n for n in self.neighbours if n.side == side]
        return min(near, key=lambda n: n.gap_minutes, default=None)


def details_of(
    session: Session, person: PersonPrincipal, booking: Booking, now: datetime
) -> Details:
    """The booking as the person sees it at ``now`` (UTC)."""
    status = queries.status_of(booking)
    names = facilities.class_facts(session, booking.facility.code)
    needs = names.get(booking.process_class)
    return Details(
        booking=booking,
        status=status,
        occupancy=queries.occupancy_of(booking),
        slot=slot_of(booking),
        resources=queries.resources_of(booking),
        class_name=localised(needs) if needs else booking.process_class,
        setup_minutes=needs.setup_minutes if needs else 0,
        turnaround_minutes=needs.turnaround_minutes if needs else 0,
        evaluation=None if status in _OVER else _evaluated(session, person, booking, now),
        neighbours=_neighbours(session, person, booking),
        verbs=verbs_of(person, booking),
        computed_at=now,
    )


def _evaluated(
    session: Session, person: PersonPrincipal, booking: Booking, now: datetime
) -> Evaluation | None:
    try:
        return readiness(session, person, booking, now)
    except DomainError:
        # a resource retired since then makes the plan impossible; the page must still show
        return None


def ways_of(session: Session, person: PersonPrincipal, details: Details) -> list[Change]:
    """What would make a blocked booking pass, the cheapest change first."""
    if details.evaluation is None:
        return []
    return ways_out_of(session, person, details.booking, details.evaluation, details.computed_at)


def way_url(details: Details, change: Change) -> str | None:
    """Where a change is taken up, if the person may move the booking."""
    if change.kind == "renewal":
        return url_for("certification.register_page", facility=details.booking.facility.code)
    moves = change.kind in {"later", "room"}
    if not moves or not details.verbs & {"propose_move", "change"}:
        return None
    return url_for(
        "moves.move",
        reference=details.booking.reference,
        starts_at=change.starts.isoformat(),
        ends_at=max(s.slot.ends for s in change.plan.sessions).isoformat(),
        resources=list(dict.fromkeys(use.resource for use in change.plan.uses)),
    )


def _neighbours(session: Session, person: PersonPrincipal, booking: Booking) -> list[Neighbour]:
    """Neighbours are named only to the facility's own people."""
    if not person.may("booking:slot:approve", facility=booking.facility.code):
        return []
    return queries.neighbours(session, booking)


def slot_of(booking: Booking) -> TimeRange:
    """From the first session's start to the last one's end (UTC)."""
    return TimeRange(min(s.starts for s in booking.sessions), max(s.ends for s in booking.sessions))


def verbs_of(person: PersonPrincipal, booking: Booking) -> frozenset[str]:
    """What the person may do to the booking in its present state."""
    possible = set(BOOKINGS.possible(BookingState(booking.status)))
    found = {verb for verb in possible if _is_permitted(person, booking, verb)}
    begun = any(s.state != "planned" for s in booking.sessions)
    proposal = next((p for p in booking.proposals if p.state == "open"), None)
    if begun:
        found -= {"cancel"}
    if not any(s.state == "planned" for s in booking.sessions):
        found -= {"propose_move"}
    if proposal is None:
        found -= {"accept", "decline"}
    else:
        found -= {"propose_move", "counter_offer", "approve"}
        found -= set() if _decides(person, booking, proposal) else {"accept", "decline"}
    if not person.has_role(ROLES[booking.waiting_for or MANAGER], booking.facility.code):
        found -= {"approve"}
        found -= set() if _is_manager(person, booking) else {"reject"}
    if booking.countersign_by is None or _approved_by(person, booking):
        found -= {"countersign"}
    changeable = proposal is None and bool(possible & {"submit", "approve"})
    if changeable and _scoped(person, booking, "booking:slot:request"):
        found.add("change")
    return frozenset(found)


def _is_permitted(person: PersonPrincipal, booking: Booking, verb: str) -> bool:
    row = BOOKINGS.get(BookingState(booking.status), verb)
    if not _scoped(person, booking, row.permission):
        return False
    asked = "requester" in row.never and booking.requested_by == person.code
    named = "operator" in row.never and any(
        o.active and o.person_id == person.person_id for o in booking.operators
    )
    return not (asked or named)


def _approved_by(person: PersonPrincipal, booking: Booking) -> bool:
    return any(a.state == "given" and a.approved_by == person.code for a in booking.approvals)


def _is_manager(person: PersonPrincipal, booking: Booking) -> bool:
    return person.has_role(ROLES[MANAGER], booking.facility.code)


def _scoped(person: PersonPrincipal, booking: Booking, permission: str) -> bool:
    return person.may(
        permission, facility=booking.facility.code, organisation=booking.organisation.code
    )


def _decides(person: PersonPrincipal, booking: Booking, proposal: MoveProposal) -> bool:
    if proposal.proposed_by == person.code:
        return False
    if proposal.side == "organisation":
        return person.may("booking:slot:accept", facility=booking.facility.code)
    return person.may("booking:slot:accept", organisation=booking.organisation.code)
