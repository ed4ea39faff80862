"""Process simulations that are due before a class is made again after a long pause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from hkbio_gmp.booking.rules.gates import KindFacts
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import local_date

SHORT_PAUSE, LONG_PAUSE = relativedelta(months=6), relativedelta(months=12)
AFTER_SHORT, AFTER_LONG = 1, 3
_DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=400)
"""Beyond this a pause is a long one, whenever the class was made before."""
RULE = "process_simulation"
_SOURCE = "PE 009-17 Annex 2A 5.19, Annex 1 9.38"


@dataclass(frozen=True, slots=True)
class Pause:
    """A class is made again on ``first``; ``last`` is the day it was made before, if within reach.

    Days are those of the facility's zone.
    """

    first: date
    last: date | None

    @property
    def results(self) -> int:
        """How many simulations must have passed since: one after six months, three after a year.

        A class that was never made needs three, as at first (PE 009-17 Annex 1 9.38).
        """
        if self.last is None or self.first > self.last + LONG_PAUSE:
            return AFTER_LONG
        return AFTER_SHORT if self.first > self.last + SHORT_PAUSE else 0

    @property
    def since(self) -> date:
        """From which day on a result counts: after the class was last made, within a year."""
        year = self.first - LONG_PAUSE
        return year if self.last is None else max(year, self.last)

    def passed(self, results: Iterable[CertificateFacts]) -> int:
        """How many of ``results`` count: verified, in nobody's doubt, and between the two."""
        return sum(
            one.state is CertificateState.VALID and self.since <= one.valid_from <= self.first
            for one in results
        )


@lru_cache(maxsize=256)
def turning_days(last: tuple[date, ...], results: tuple[date, ...]) -> frozenset[date]:
    """The days from which a slot is told something else, of a class last made on ``last`` and of
    results of these days."""
    days = {day + pause + _DAY for day in last for pause in (SHORT_PAUSE, LONG_PAUSE)}
    return frozenset(days | {day + LONG_PAUSE + _DAY for day in results})


def simulation_finding(
    plan: PlanFacts,
    pause: Pause,
    kind: KindFacts | None,
    results: Sequence[CertificateFacts],
    now: datetime,
    *,
    at_check_in: bool = False,
) -> Finding | None:
    """What a long pause asks for (PE 009-17 Annex 2A 5.19), None where there was none.

    As with a certificate, what is missing warns until D (``kind.renewal_days`` before the slot)
    and blocks from then on, and at check-in; ``now`` is UTC.
    """
    if kind is None or not kind.blocks_booking or not pause.results:
        return None
    there = pause.passed(results)
    by = pause.first - timedelta(days=kind.renewal_days)
    late = at_check_in or local_date(now, plan.facility.zone) > by
    missing = there < pause.results
    severity = (Severity.BLOCK if late else Severity.WARN) if missing else Severity.OK
    return Finding(
        rule=RULE,
        severity=severity,
        subject=plan.facility.code,
        message=_said(plan, pause, there),
        remedy=_remedy(by, late) if missing else None,
        source=_SOURCE,
    )


def _said(plan: PlanFacts, pause: Pause, there: int) -> Message:
    if pause.last is None:
        return Message(
            "{name} was not made here for over a year: {there} of {needed} process simulations"
            " have passed.",
            name=plan.needs.name,
            there=there,
            needed=pause.results,
        )
    return Message(
        "{name} was last made here on {last}: {there} of {needed} process simulations have passed"
        " since.",
        name=plan.needs.name,
        last=pause.last,
        there=there,
        needed=pause.results,
    )


def _remedy(by: date, late: bool) -> Message:
    if late:
        return Message("Run a media fill and have quality verify its result, then ask again.")
    return Message("Run a media fill and have quality verify its result by {by}.", by=by)
