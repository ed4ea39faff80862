"""Keeps the versions of a facility's changeover and segregation rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.models import Changeover, Facility, RuleSet, Segregation
from hkbio_gmp.facilities.queries.catalogue import EDIT
from hkbio_gmp.facilities.rules.changeover import ChangeoverRule, Pair, expand
from hkbio_gmp.facilities.rules.consistency import changeover_rules
from hkbio_gmp.facilities.rules.document import FacilityDocument
from hkbio_gmp.facilities.rules.rulebook import StatedRules, problems
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid, Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.work import Work


@dataclass(frozen=True, slots=True)
class _Stated:
    changeover: list[dict[str, Any]]
    segregation: list[dict[str, Any]]


def write(work: Work, facility: Facility, read: FacilityDocument) -> None:
    """Make a new version where the rules, or the classes that they speak of, have changed.

    Earlier versions stay as they were: older bookings were decided by them.
    """
    matrix = expand(changeover_rules(read), read.active_classes)
    segregation = [_row(row) for row in read.segregation]
    stated = _Stated([*read.changeover], segregation)
    if _is_new(work, facility, stated, matrix):
        _add(work, facility, stated, matrix)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """As rule sets keep it: a row of no condition says nothing of one."""
    kept = {name: value for name, value in row.items() if name != "condition" or value}
    return {**kept, "classes": list(row["classes"])}


def change_rules(
    work: Work, principal: Principal, facility: str, stated: StatedRules, version: int
) -> int:
    """Put a new version of the rules in force; it binds new decisions only. Returns its number.

    ``version`` is the one that was read. Raises NotFound, NotAllowed, NotValid naming the row and
    field, Stale.
    """
    work.lock([("facility", facility)])
    home = queries.get_facility(work.session, facility)
    if not principal.may(EDIT, facility=facility):
        raise NotAllowed(Message("Only {facility}'s manager changes its rules.", facility=facility))
    if home.rules_version != version:
        raise Stale(Message("Somebody has changed the rules. Read them again."))
    classes = list(queries.standing(work.session, facility).classes)
    wrong = problems(stated, classes)
    if wrong:
        raise NotValid(Message("The rules are not whole."), wrong)
    matrix = expand(stated.changeover_rules(), classes)
    new = _Stated([*stated.changeover], [_row(row) for row in stated.segregation])
    if not _is_new(work, home, new, matrix):
        said = Message("The rules are as they were.")
        remedy = Message("Change a row, or go back.")
        raise NotValid(said, [FieldError("changeover", said, remedy)])
    _add(work, home, new, matrix)
    home.version += 1
    return home.rules_version


def _is_new(
    work: Work, facility: Facility, stated: _Stated, matrix: Mapping[Pair, ChangeoverRule]
) -> bool:
    if facility.rules_version == 0:
        return True
    # The rows may be the same and the classes not: then the matrix differs.
    present = queries.list_rule_sets(work.session, facility.code)[0]
    if (present.changeover, present.segregation) != (stated.changeover, stated.segregation):
        return True
    return queries.changeover_matrix(work.session, facility.code).rows != matrix


def _add(
    work: Work, facility: Facility, stated: _Stated, matrix: Mapping[Pair, ChangeoverRule]
) -> None:
    version = facility.rules_version + 1
    work.session.add(
        RuleSet(
            facility=facility,
            version=version,
            made_at=work.at,
            changeover=stated.changeover,
            segregation=stated.segregation,
        )
    )
    work.session.add_all(_changeover(facility, version, rule) for rule in matrix.values())
    work.session.add_all(_segregation(facility, version, row) for row in stated.segregation)
    facility.rules_version = version
    work.session.flush()


def _changeover(facility: Facility, version: int, rule: ChangeoverRule) -> Changeover:
    return Changeover(
        facility=facility,
        version=version,
        from_class=rule.from_class,
        to_class=rule.to_class,
        same_series=rule.same_series,
        minutes=rule.minutes,
        cleaning=rule.cleaning,
        source=rule.source,
    )


def _segregation(facility: Facility, version: int, row: dict[str, Any]) -> Segregation:
    # In one order, so that the unique constraint sees a pair written the other way round.
    one, other = sorted(row["classes"])
    return Segregation(
        facility=facility,
        version=version,
        scope=row["scope"],
        class_a=one,
        class_b=other,
        severity=row["severity"],
        condition=row.get("condition") or "",
        source=row["source"],
    )
