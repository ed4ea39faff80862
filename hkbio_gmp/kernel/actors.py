"""Who acts, and through which door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as the audit log names them.

    ``id`` never changes and is never reused (21 CFR 11.100): a person's code, or
    ``cli:<operating system user>``, or ``job:<name>``.
    """

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The facts of an electronic signature, as an entry carries them (21 CFR 11.50, 11.70)."""

    number: str
    meaning: str
    name: str
    role: str
    at: str
    zone: str
    record: Mapping[str, str | int] = field(default_factory=dict)
    components: tuple[str, ...] = ("password",)


@dataclass(frozen=True, slots=True)
class Channel:
    """The way that a request came: ``page``, ``api``, ``cli`` or ``job``, and its identifier."""

    request_id: str
    name: str
