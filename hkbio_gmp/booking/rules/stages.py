"""Who approves a request, one after the other: the manager, then quality where a rule asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MANAGER, QUALITY, COUNTERSIGN = "manager", "quality", "countersign"
ROLES = {MANAGER: "facility_manager", QUALITY: "quality"}
"""Stage → the role that decides in it."""
COUNTERSIGN_DAYS = 1
"""Working days within which quality countersigns what the manager approved alone (D)."""
LEAST_OUTSIDE_HOURS = 2


def asks_quality(
    settings: Mapping[str, Any], process_class: str, *, first: bool, passed: Collection[str]
) -> bool:
    """Whether a facility's settings ask for quality's approval after the manager's (D).

    Always, for the class, for the first booking of a project, or where one of the warnings named
    is passed. ``passed`` are the rules whose warnings the manager passed.
    """
    return (
        bool(settings.get("quality_approves"))
        or process_class in settings.get("quality_approves_classes", ())
        or (first and bool(settings.get("quality_approves_first")))
        or not set(passed).isdisjoint(settings.get("quality_approves_warnings", ()))
    )
