"""The stage of the demonstration: a set clock, actors, events in the order of time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from hkbio_gmp import work
from hkbio_gmp.config import Settings
from hkbio_gmp.demo.accounts import PASSWORD
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import queries
from hkbio_gmp.identity.queries import PersonPrincipal
from hkbio_gmp.identity.services.signing import SignedRecord, SigningProof, prove_password
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.work import Work

T = TypeVar("T")
Event = Callable[[], object]


@dataclass
class Stage:
    """Events run in order of time, each under the clock set to its own instant."""

    settings: Settings
    now: datetime
    random: Random
    refused: int = 0
    _queue: list[tuple[datetime, int, Event]] = field(default_factory=list)
    _known: dict[str, PersonPrincipal] = field(default_factory=dict)
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, instant: datetime, event: Event) -> None:
        """Run ``event`` at ``instant`` (UTC); what lies after now does not happen yet."""
        if instant < self.now:
            heapq.heappush(self._queue, (instant, next(self._count), event))

    def play(self) -> None:
        """Run every event, those that they add too."""
        while self._queue:
            instant, _number, event = heapq.heappop(self._queue)
            with clock.frozen(instant):
                self.attempt(event)
            db.session.rollback()

    def attempt(self, event: Event) -> bool:
        """Do it; whether it was done. A refusal is part of the story: nothing was written."""
        try:
            event()
        except DomainError:
            self.refused += 1
            return False
        return True

    def who(self, email: str) -> PersonPrincipal:
        """The rights of an account; nothing in the story changes them once they hold."""
        if email in self._known:
            return self._known[email]
        person = queries.get_person(db.session, email)
        found = queries.principal_of(db.session, person, clock.now())
        if found.grants:
            self._known[email] = found
        return found

    def run(
        self,
        who: PersonPrincipal,
        permission: str,
        action: str,
        command: Callable[[Work], T],
        *,
        reason: str | None = None,
        facility: str | None = None,
        organisation: str | None = None,
    ) -> T:
        """One act of a person, with the role that permits it."""
        actor = who.acting_for(permission, facility=facility, organisation=organisation)
        return work.run(actor, action, reason, command)

    def proof(self, who: PersonPrincipal, record: SignedRecord) -> SigningProof:
        """The person's password, proved for a record."""
        return prove_password(db.session, self.settings, who.person_id, PASSWORD, record)


def local(day: datetime, hour: int, minute: int = 0) -> datetime:
    """The instant of a wall time in Hong Kong (UTC+8, no daylight saving) on ``day``'s date."""
    start = day + timedelta(hours=8)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=8)
    return midnight + timedelta(hours=hour, minutes=minute)
