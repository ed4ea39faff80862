"""States of projects, and of what a facility consists of."""

from __future__ import annotations

from enum import StrEnum

from hkbio_gmp.kernel.transitions import Transition, TransitionTable


class ProjectStatus(StrEnum):
    """A project of one organisation at one facility (contract, project body)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class ResourceState(StrEnum):
    """Whether a resource, zone, class or closure still counts. Nothing is ever deleted."""

    ACTIVE = "active"
    RETIRED = "retired"


PROJECT = TransitionTable(
    "project",
    [
        Transition(
            ProjectStatus.PROPOSED,
            "accept",
            ProjectStatus.ACCEPTED,
            "facilities:project:accept",
            meaning="accepted for this facility",
            never=("proposer",),
        ),
        Transition(
            ProjectStatus.PROPOSED,
            "close",
            ProjectStatus.CLOSED,
            "facilities:project:close",
            needs_reason=True,
        ),
        Transition(
            ProjectStatus.ACCEPTED,
            "close",
            ProjectStatus.CLOSED,
            "facilities:project:close",
            needs_reason=True,
        ),
    ],
)
