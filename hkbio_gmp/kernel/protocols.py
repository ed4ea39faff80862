"""What lower rooms know of higher ones: shapes only, plugged together in ``app.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hkbio_gmp.kernel.actors import Actor


class Recorder(Protocol):
    """Appends the captured changes of a unit of work to the audit logs, inside it."""

    def record(self, work: Any, changes: Sequence[Any]) -> None:
        """Append an entry for each change. Raises rather than lose one."""
        ...


class Dispatcher(Protocol):
    """Told after a commit that messages may have been queued."""

    def wake(self) -> None:
        """Deliver soon; never raises."""
        ...


class Principal(Protocol):
    """Who asks: a person with the rights of their present roles, or nobody."""

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        ...

    def may(
        self,
        permission: str,
        *,
        facility: str | None = None,
        organisation: str | None = None,
    ) -> bool:
        """Whether any present role grants ``permission`` in that scope."""
        ...

    def has_role(self, role: str, scope_code: str | None = None) -> bool:
        """Whether a role is held, in that scope where one is named."""
        ...

    def facilities(self, permission: str) -> frozenset[str] | None:
        """Codes of the facilities in which the permission holds; None means all of them."""
        ...

    def organisations(self, permission: str) -> frozenset[str] | None:
        """Codes of the organisations in which the permission holds; None means all of them."""
        ...
