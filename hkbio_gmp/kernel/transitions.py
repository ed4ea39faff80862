"""Transition tables: the whole lifecycle of a record on one page, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from hkbio_gmp.kernel.errors import WrongState
from hkbio_gmp.kernel.messages import Message

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One row: from ``state`` by ``verb`` to ``target``.

    ``permission`` is what the actor needs; ``meaning`` is the signature's meaning where the act is
    signed (21 CFR 11.50); ``never`` names who may not do it (separation of duties).
    """

    state: S
    verb: str
    target: S
    permission: str
    meaning: str | None = None
    never: tuple[str, ...] = ()
    needs_reason: bool = False


class TransitionTable(Generic[S]):
    """A lifecycle. Raises ValueError where a (state, verb) pair is declared twice."""

    def __init__(self, subject: str, rows: Iterable[Transition[S]]):
        self.subject = subject
        self._rows: dict[tuple[S, str], Transition[S]] = {}
        for row in rows:
            if (row.state, row.verb) in self._rows:
                raise ValueError(f"{subject}: {row.state} by {row.verb} is declared twice")
            self._rows[row.state, row.verb] = row

    def __iter__(self) -> Iterator[Transition[S]]:
        return iter(self._rows.values())

    @property
    def verbs(self) -> set[str]:
        """Every verb of the table."""
        return {row.verb for row in self}

    def find(self, state: S, verb: str) -> Transition[S] | None:
        """The row, or None."""
        return self._rows.get((state, verb))

    def get(self, state: S, verb: str) -> Transition[S]:
        """The row; raises WrongState where the state does not allow the verb."""
        row = self.find(state, verb)
        if row is None:
            raise WrongState(
                Message(
                    "{subject} is {state}: {verb} is not possible. Possible now: {possible}.",
                    subject=self.subject,
                    state=str(state),
                    verb=verb,
                    possible=", ".join(self.possible(state)) or "nothing",
                )
            )
        return row

    def possible(self, state: S) -> list[str]:
        """The verbs that the state allows, sorted."""
        return sorted(row.verb for row in self if row.state == state)
