"""Imports a facility file: all of it, or nothing."""

from __future__ import annotations

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import Facility
from hkbio_gmp.facilities.rules import consistency, document
from hkbio_gmp.facilities.rules.document import FacilityDocument
from hkbio_gmp.facilities.rules.shape import Problems
from hkbio_gmp.facilities.services import parts, present, rulebook
from hkbio_gmp.identity.rules.permissions import ScopeKind
from hkbio_gmp.identity.services import ensure_scope
from hkbio_gmp.kernel.errors import NotValid
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work


def import_facility(work: Work, text: str) -> str:
    """Add the facility that ``text`` (TOML) describes, or update it in place.

    What the database has and the file lacks must be retired in the file explicitly; nothing is
    deleted. A changed matrix or segregation becomes a new version of the rules. Returns the
    facility's code. Raises NotValid with every problem, each with its line and remedy.
    """
    read, problems = document.parse(text)
    if read is not None:
        consistency.check(read, problems)
    _stop_if_any(problems)
    if read is None:
        raise NotValid(Message("The file holds nothing."))
    # The facility's row orders two imports; a retired resource's row orders its last bookings.
    work.lock([("facility", read.code), *(("resource", code) for code in _retired(read))])
    present.check(work.session, read, problems)
    _stop_if_any(problems)
    queries.begin_changes(work.session)
    before = _parts(work, read.code)
    facility = _facility(work, read)
    version = facility.version
    parts.write(work, facility, read)
    rulebook.write(work, facility, read)
    work.session.flush()
    # What is kept by version needs a new one whenever any part of it changed.
    if before is not None and before[0] == version and before != _parts(work, read.code):
        facility.version += 1
    return facility.code


def _parts(work: Work, code: str) -> tuple[object, ...] | None:
    """The facility's version and all that is kept by it; None for a new one."""
    facility = queries.find_facility(work.session, code)
    if facility is None:
        return None
    found = queries.standing(work.session, code)
    return facility.version, found.resources, found.classes, found.pattern, found.templates


def _stop_if_any(problems: Problems) -> None:
    if problems.found:
        said = Message(
            "The facility file has {count} problems; nothing was changed.",
            count=len(problems.found),
        )
        raise NotValid(said, problems.in_order())


def _retired(read: FacilityDocument) -> list[str]:
    rows = document.resources(read)
    return [row["code"] for _section, _n, row in rows if row["state"] == "retired"]


def _facility(work: Work, read: FacilityDocument) -> Facility:
    facility = queries.find_facility(work.session, read.code)
    values = {**read.facility, "settings": _settings(read), "facts": [*read.facts]}
    if facility is None:
        facility = Facility(**values, rules_version=0, version=1)
        work.session.add(facility)
        ensure_scope(work, ScopeKind.FACILITY, read.code)
        work.session.flush()
    # An import that changes nothing leaves no entry and no new version.
    elif parts.assign(facility, values):
        facility.version += 1
    return facility


def _settings(read: FacilityDocument) -> dict[str, object]:
    # as the column gives it back: JSON knows lists alone
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in read.settings.items()
        if value is not None
    }
