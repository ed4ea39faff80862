"""Stored process templates as plain values."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.facilities.models import StepRow, TemplateRow
from hkbio_gmp.facilities.rules.stated_templates import step_of
from hkbio_gmp.facilities.rules.templates import ProcessStep, ProcessTemplate

_FIELDS = ("name", "name_zh", "offset_minutes", "length_minutes", "attended", "room", "equipment")


def active_templates(session: Session, facility_id: int, code: str) -> tuple[ProcessTemplate, ...]:
    """Active templates of a facility, in the order of its file."""
    query = (
        select(TemplateRow)
        .where(TemplateRow.facility_id == facility_id, TemplateRow.state == "active")
        .order_by(TemplateRow.position, TemplateRow.code)
    )
    return tuple(template_of(row, code) for row in session.scalars(query))


def template_of(row: TemplateRow, facility: str) -> ProcessTemplate:
    """A stored template with its active steps."""
    return ProcessTemplate(
        code=row.code,
        facility=facility,
        process_class=row.process_class,
        name=row.name,
        name_zh=row.name_zh,
        source=row.source,
        steps=tuple(_step(step) for step in row.active_steps),
    )


def _step(row: StepRow) -> ProcessStep:
    return step_of(row.number, {name: getattr(row, name) for name in _FIELDS})
