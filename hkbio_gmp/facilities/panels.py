"""Room on the pages of facilities, resources and projects for what higher features know.

A higher feature registers, at import or in its own ``register``; this feature never calls up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hkbio_gmp.kernel.protocols import Principal

KINDS = ("facility", "resource", "project", "rules", "rules_draft")
State = tuple[str, str] | str
Render = Callable[[Session, Principal, Any], str]
StatesOf = Callable[[Session, Principal, str], Mapping[str, Sequence[State]]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: ``render(session, principal, row)`` gives safe HTML, or nothing."""

    kind: str
    name: str
    render: Render
    order: int


# Filled while the application is put together, read by every request after it.
_panels: dict[tuple[str, str], Panel] = {}
_states: dict[str, StatesOf] = {}


def register_panel(kind: str, name: str, render: Render, *, order: int = 50) -> None:
    """Add a panel to the page of a facility, resource, project or rules; again replaces it."""
    if kind not in KINDS:
        raise ValueError(f"{kind} has no page with panels")
    _panels[kind, name] = Panel(kind, name, render, order)


def register_states(name: str, states_of: StatesOf) -> None:
    """Add badges to resources: ``states_of(session, principal, facility)``, code → states."""
    _states[name] = states_of


def panels_of(kind: str, session: Session, principal: Principal, row: Any) -> list[str]:
    """The panels of a page, in order, those with something to show."""
    chosen = sorted((p for p in _panels.values() if p.kind == kind), key=lambda p: p.order)
    shown = (panel.render(session, principal, row) for panel in chosen)
    return [html for html in shown if html]


def states_of(session: Session, principal: Principal, facility: str) -> dict[str, list[State]]:
    """Badges of a facility's resources, by code, from every feature that has some."""
    out: dict[str, list[State]] = {}
    for name in sorted(_states):
        for code, states in _states[name](session, principal, facility).items():
            out.setdefault(code, []).extend(states)
    return out
