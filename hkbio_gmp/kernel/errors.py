"""What can go wrong, in the domain's words. Pages, API and command line map these one to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hkbio_gmp.kernel.findings import Finding
from hkbio_gmp.kernel.messages import Message


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field, and how to mend it."""

    field: str
    message: Message
    remedy: Message


@dataclass(frozen=True, slots=True)
class Conflict:
    """What stands in the way of a slot on one resource. ``reason`` is a code of the contract.

    ``until`` is the earliest possible start (UTC) for reason ``changeover``.
    """

    resource: str
    starts: datetime
    ends: datetime
    reason: str


class DomainError(Exception):
    """Base of all refusals. ``slug`` ends the problem type's address, ``status`` is HTTP's."""

    slug = "error"
    status = 500
    title = Message("Something went wrong")

    def __init__(self, detail: Message, errors: Sequence[FieldError] = ()):
        super().__init__(detail.english())
        self.detail = detail
        self.errors = list(errors)

    def extras(self) -> Mapping[str, Any]:
        """Further members of the problem document."""
        return {}


class NotValid(DomainError):
    """The input is refused: wrong shape, or a rule blocks it."""

    slug, status, title = "not-valid", 422, Message("The input is not valid")

    def __init__(
        self,
        detail: Message,
        errors: Sequence[FieldError] = (),
        findings: Sequence[Finding] = (),
    ):
        super().__init__(detail, errors)
        self.findings = list(findings)


class NotAllowed(DomainError):
    """The person may see the thing but not do this to it."""

    slug, status, title = "not-allowed", 403, Message("You may not do this")


class NotFound(DomainError):
    """There is no such thing, or none that this person may know of: the two answer alike."""

    slug, status, title = "not-found", 404, Message("Not found")

    def __init__(self, detail: Message | None = None):
        super().__init__(detail or Message("There is no such record, or you may not see it."))


class WrongState(DomainError):
    """The record's state does not allow the verb."""

    slug, status, title = "wrong-state", 409, Message("The record is in another state")


class Stale(DomainError):
    """Somebody changed the record since it was read."""

    slug, status, title = "stale", 412, Message("The record has changed")


class SignatureRefused(DomainError):
    """The signature's components were not right (21 CFR 11.200)."""

    slug, status, title = "signature-refused", 401, Message("The signature was refused")


class SlotTaken(DomainError):
    """The slot cannot be had: something holds it, or lies too near."""

    slug, status, title = "slot-taken", 409, Message("The slot is not free")

    def __init__(
        self,
        detail: Message,
        conflicts: Sequence[Conflict],
        findings: Sequence[Finding] = (),
    ):
        super().__init__(detail)
        self.conflicts = list(conflicts)
        self.findings = list(findings)
        self.alternatives: list[Mapping[str, Any]] = []


class Busy(DomainError):
    """The database stayed contended through every retry; nothing was changed."""

    slug, status, title = "busy", 503, Message("The system is busy")
