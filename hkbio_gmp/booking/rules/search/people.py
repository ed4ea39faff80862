"""Who may work instead of those whose papers do not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hkbio_gmp.booking.rules.assess import Assessment, assess
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.sessions import PlanFacts
from hkbio_gmp.kernel.findings import blocks
from hkbio_gmp.kernel.messages import Message

_MOST_COLLEAGUES = 30


@dataclass(frozen=True, slots=True)
class Others:
    """People to name instead of those whose papers block, and how to say so."""

    operators: tuple[str, ...]
    message: Message


def others(
    plan: PlanFacts,
    around: Circumstances,
    asked: Asked,
    told: Assessment,
    people: Sequence[str],
) -> Others | None:
    """Who of ``people`` is qualified, found by asking the rules; None where nobody is stopped."""
    stopped = [e for e in plan.operators if any(f.subject == e for f in blocks(told.findings))]
    kept = tuple(email for email in plan.operators if email not in stopped)
    fit = [
        email
        for email in people[: _MOST_COLLEAGUES if stopped else 0]
        if email not in plan.operators and _is_fit(plan, around, asked, email)
    ]
    new = tuple(fit[: len(stopped)])
    if not stopped or not (kept or new):
        return None
    if new:
        said = Message("Name {new} instead of {old}.", new=", ".join(new), old=", ".join(stopped))
    else:
        said = Message("Go without {old}.", old=", ".join(stopped))
    return Others((*kept, *new), said)


def _is_fit(plan: PlanFacts, around: Circumstances, asked: Asked, email: str) -> bool:
    told = assess(replace(plan, operators=(email,)), around, asked)
    return not any(f.subject == email for f in blocks(told.findings))
