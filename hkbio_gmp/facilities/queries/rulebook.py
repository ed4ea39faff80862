"""Process classes, changeover and segregation as plain values for the rules of booking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hkbio_gmp.facilities.models import Changeover, Facility, RuleSet, Segregation
from hkbio_gmp.facilities.queries.standing import standing
from hkbio_gmp.facilities.rules.changeover import ChangeoverMatrix, ChangeoverRule
from hkbio_gmp.facilities.rules.facts import ProcessClassFacts
from hkbio_gmp.facilities.rules.segregation import SegregationRule, SegregationRules
from hkbio_gmp.kernel.errors import NotFound


def rules_version(session: Session, facility: str) -> int:
    """The version that binds new decisions. Raises NotFound."""
    return standing(session, facility).facts.rules_version


def list_rule_sets(session: Session, facility: str) -> list[RuleSet]:
    """Every version of a facility's rules, newest first."""
    query = select(RuleSet).join(RuleSet.facility).where(Facility.code == facility)
    return list(session.scalars(query.order_by(RuleSet.version.desc())))


def changeover_matrix(
    session: Session, facility: str, version: int | None = None
) -> ChangeoverMatrix:
    """A version of the matrix, the present one unless told. Raises NotFound."""
    # An older version on purpose: it decided the bookings of its time.
    known = rules_version(session, facility) if version is None else version
    rows = session.scalars(_of_version(Changeover, facility, known))
    return ChangeoverMatrix(
        facility,
        known,
        {(row.from_class, row.to_class, row.same_series): _changeover(row) for row in rows},
    )


def _changeover(row: Changeover) -> ChangeoverRule:
    return ChangeoverRule(
        row.from_class, row.to_class, row.same_series, row.minutes, row.cleaning, row.source
    )


def segregation_rules(
    session: Session, facility: str, version: int | None = None
) -> SegregationRules:
    """A version of the segregation rows, the present one unless told. Raises NotFound."""
    known = rules_version(session, facility) if version is None else version
    rows = session.scalars(_of_version(Segregation, facility, known))
    return SegregationRules(facility, known, tuple(_segregation(row) for row in rows))


def _segregation(row: Segregation) -> SegregationRule:
    return SegregationRule(
        row.scope, row.class_a, row.class_b, row.severity, row.source, row.condition
    )


def _of_version(table: type[Any], facility: str, version: int) -> Select[Any]:
    query = select(table).join(table.facility)
    return query.where(Facility.code == facility, table.version == version).order_by(table.id)


def class_facts(session: Session, facility: str) -> Mapping[str, ProcessClassFacts]:
    """Code → facts of a facility's active process classes, in the order of its file."""
    try:
        return standing(session, facility).classes
    except NotFound:
        return {}
