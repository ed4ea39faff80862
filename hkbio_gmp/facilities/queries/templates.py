"""Process templates of a facility."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hkbio_gmp.facilities.models import Facility, TemplateRow
from hkbio_gmp.facilities.queries.standing import standing
from hkbio_gmp.facilities.rules.codes import storable
from hkbio_gmp.facilities.rules.templates import ProcessTemplate
from hkbio_gmp.kernel.errors import NotFound


def list_templates(session: Session, facility: str) -> tuple[ProcessTemplate, ...]:
    """Active templates of a facility, in the order of its file; none where it is absent."""
    try:
        return standing(session, facility).templates
    except NotFound:
        return ()


def find_template(session: Session, facility: str, code: str) -> ProcessTemplate | None:
    """The active template of that code at the facility, or None."""
    return next((row for row in list_templates(session, facility) if row.code == code), None)


def get_template_row(session: Session, facility: str, code: str) -> TemplateRow:
    """The stored template, also a retired one, with its steps. Raises NotFound."""
    query = (
        select(TemplateRow)
        .join(TemplateRow.facility)
        .where(Facility.code == facility, TemplateRow.code == code)
        .options(joinedload(TemplateRow.facility))
    )
    row = session.scalar(query) if storable(facility, code) else None
    if row is None:
        raise NotFound()
    return row


def list_template_rows(session: Session, facility: str) -> list[TemplateRow]:
    """Every stored template of a facility, retired ones last."""
    query = (
        select(TemplateRow)
        .join(TemplateRow.facility)
        .where(Facility.code == facility)
        .options(joinedload(TemplateRow.facility))
        .order_by(TemplateRow.state, TemplateRow.position, TemplateRow.code)
    )
    return list(session.scalars(query)) if storable(facility) else []
