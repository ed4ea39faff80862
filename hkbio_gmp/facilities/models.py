"""Tables of facilities, projects and batches. Rows are retired, never deleted."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.extensions import Base
from hkbio_gmp.identity.models import Organisation
from hkbio_gmp.work import Audited, Subject

_PAIR = ("facility_id", "version", "from_class", "to_class", "same_series")
_STATE = "state IN ('active', 'retired')"


def _reference(table: str) -> Any:
    return mapped_column(ForeignKey(f"{table}.id", ondelete="RESTRICT"))


class Facility(Audited, Base):
    """A licensed site. ``facts`` are public ones with their sources; ``rules_version`` binds."""

    __tablename__ = "facility"
    __table_args__ = (CheckConstraint("rules_version >= 0", name="rules_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    zone: Mapped[str]
    address: Mapped[str | None]
    address_zh: Mapped[str | None]
    opened_on: Mapped[date | None]
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    demonstration: Mapped[bool]
    rules_version: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    def audit_subject(self) -> Subject:
        """The facility itself."""
        return Subject("facility", self.code, self.code, self.zone)


class PartOfFacility(Audited):
    """Mixin of rows that belong to a facility's own record."""

    facility: Mapped[Facility]

    def audit_subject(self) -> Subject:
        """The facility that the row is a part of."""
        return self.facility.audit_subject()


class AirZone(PartOfFacility, Base):
    """Rooms served by one air-handling unit: what runs in one can affect the others."""

    __tablename__ = "air_zone"
    __table_args__ = (CheckConstraint(_STATE, name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    exhaust: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    position: Mapped[int]
    facility: Mapped[Facility] = relationship()


class Resource(Audited, Base):
    """A room, suite or item of equipment that can be allocated, or that qualifies a room."""

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint("kind IN ('room', 'suite', 'equipment')", name="kind"),
        CheckConstraint("grade IN ('A', 'B', 'C', 'D', 'CNC')", name="grade"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint(_STATE, name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(
        ForeignKey("facility.id", ondelete="RESTRICT"), index=True
    )
    air_zone_id: Mapped[int | None] = _reference("air_zone")
    room_id: Mapped[int | None] = _reference("resource")
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_zh: Mapped[str]
    kind: Mapped[str]
    equipment_kind: Mapped[str | None]
    # what a chamber is a part of: one incubator or cold store with several of them
    unit: Mapped[str | None]
    grade: Mapped[str | None]
    containment: Mapped[str | None]
    capacity: Mapped[int | None]
    # Codes, not keys: a suite is a reading aid for booking, which allocates the rooms.
    members: Mapped[list[str]] = mapped_column(JSON)
    bookable: Mapped[bool]
    demonstration: Mapped[bool]
    state: Mapped[str] = mapped_column(default="active")
    position: Mapped[int]
    facility: Mapped[Facility] = relationship()
    air_zone: Mapped[AirZone | None] = relationship()
    room: Mapped[Resource | None] = relationship(remote_side="Resource.id")

    def audit_subject(self) -> Subject:
        """The resource, in its facility's log."""
        return Subject("resource", self.code, self.facility.code, self.facility.zone)


class OpeningHours(PartOfFacility, Base):
    """Opening hours of one weekday (0 = Monday), local time."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("facility_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]
    facility: Mapped[Facility] = relationship()


class Closure(PartOfFacility, Base):
    """Days, both included, on which the facility is closed, beside the general holidays."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="order"),
        CheckConstraint(_STATE, name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    code: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    name: Mapped[str]
    name_zh: Mapped[str]
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=1)
    facility: Mapped[Facility] = relationship()


class ProcessClass(PartOfFacility, Base):
    """What is made at a facility, and the room that it needs."""

    __tablename__ = "process_class"
    __table_args__ = (
        UniqueConstraint("facility_id", "code"),
        CheckConstraint(
            "purpose IN ('production', 'simulation', 'training', 'maintenance')", name="purpose"
        ),
        CheckConstraint("setup_minutes >= 0 AND turnaround_minutes >= 0", name="minutes"),
        CheckConstraint(_STATE, name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    code: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str]
    purpose: Mapped[str]
    setup_minutes: Mapped[int]
    turnaround_minutes: Mapped[int]
    open_grades: Mapped[list[str]] = mapped_column(JSON)
    closed_grades: Mapped[list[str]] = mapped_column(JSON)
    needs_grade_a: Mapped[bool]
    live_organism: Mapped[bool]
    typical_hours: Mapped[int | None]
    campaign_days: Mapped[int | None]
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    position: Mapped[int]
    facility: Mapped[Facility] = relationship()


class RuleSet(PartOfFacility, Base):
    """A version of a facility's changeover and segregation rules, as its file states them."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("facility_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    version: Mapped[int]
    made_at: Mapped[datetime]
    changeover: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    segregation: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    facility: Mapped[Facility] = relationship()

    @property
    def audit_code(self) -> str:
        """The facility's code and the version."""
        return f"{self.facility.code}-RULES-{self.version}"


class Changeover(PartOfFacility, Base):
    """One pair of a rule set's matrix, every pair present: what the calendar's trigger reads."""

    __tablename__ = "changeover"
    __table_args__ = (
        UniqueConstraint(
            "facility_id",
            "version",
            "from_class",
            "to_class",
            "same_series",
            name="uq_changeover_pair",
        ),
        CheckConstraint("minutes >= 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    version: Mapped[int]
    from_class: Mapped[str]
    to_class: Mapped[str]
    same_series: Mapped[bool]
    minutes: Mapped[int]
    cleaning: Mapped[str]
    source: Mapped[str]
    facility: Mapped[Facility] = relationship()


class Segregation(PartOfFacility, Base):
    """One row of a rule set's segregation: two classes that do not share a scope at one time."""

    __tablename__ = "segregation"
    __table_args__ = (
        UniqueConstraint(
            "facility_id",
            "version",
            "scope",
            "class_a",
            "class_b",
            "condition",
            name="uq_segregation_row",
        ),
        CheckConstraint("scope IN ('zone', 'room', 'unit')", name="scope"),
        CheckConstraint("severity IN ('block', 'warn')", name="severity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    version: Mapped[int]
    scope: Mapped[str]
    class_a: Mapped[str]
    class_b: Mapped[str]
    condition: Mapped[str]
    severity: Mapped[str]
    source: Mapped[str]
    facility: Mapped[Facility] = relationship()


class TemplateRow(PartOfFacility, Base):
    """How a process class is run at a facility, step by step."""

    __tablename__ = "process_template"
    __table_args__ = (CheckConstraint(_STATE, name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = _reference("facility")
    code: Mapped[str] = mapped_column(unique=True)
    # A code, not a key: a class that is retired leaves its templates as they were.
    process_class: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str]
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    facility: Mapped[Facility] = relationship()
    steps: Mapped[list[StepRow]] = relationship(
        back_populates="template", order_by="StepRow.number", lazy="selectin"
    )

    @property
    def active_steps(self) -> list[StepRow]:
        """The steps that count, in order."""
        return [step for step in self.steps if step.state == "active"]


class StepRow(Audited, Base):
    """One step of a template; one taken out is retired and may come back."""

    __tablename__ = "process_step"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("offset_minutes >= 0 AND length_minutes > 0", name="minutes"),
        CheckConstraint(_STATE, name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = _reference("process_template")
    number: Mapped[int]
    name: Mapped[str]
    name_zh: Mapped[str]
    offset_minutes: Mapped[int]
    length_minutes: Mapped[int]
    attended: Mapped[bool]
    room: Mapped[bool]
    equipment: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="active")
    template: Mapped[TemplateRow] = relationship(back_populates="steps")

    def audit_subject(self) -> Subject:
        """The facility of its template."""
        return self.template.audit_subject()

    @property
    def audit_code(self) -> str:
        """The template's code and the step's number."""
        return f"{self.template.code}/{self.number}"


class Project(Audited, Base):
    """What one organisation makes at one facility; accepted by quality before GMP bookings."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'accepted', 'closed')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="RESTRICT"), index=True
    )
    facility_id: Mapped[int] = mapped_column(
        ForeignKey("facility.id", ondelete="RESTRICT"), index=True
    )
    process_class_id: Mapped[int] = _reference("process_class")
    title: Mapped[str]
    product: Mapped[str]
    vector: Mapped[str | None]
    infectious: Mapped[bool]
    open_processing: Mapped[bool]
    status: Mapped[str] = mapped_column(default="proposed")
    proposed_by: Mapped[str]
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    signature: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation] = relationship()
    facility: Mapped[Facility] = relationship()
    process_class: Mapped[ProcessClass] = relationship()

    def audit_subject(self) -> Subject:
        """The project, in its facility's log, belonging to its organisation."""
        return Subject(
            "project", self.code, self.facility.code, self.facility.zone, self.organisation.code
        )


class Batch(Audited, Base):
    """One batch of a project, by pseudonym only (Cap. 486)."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="RESTRICT"), index=True
    )
    code: Mapped[str] = mapped_column(unique=True)
    autologous: Mapped[bool]
    donor_code: Mapped[str | None]
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]
    project: Mapped[Project] = relationship()

    def audit_subject(self) -> Subject:
        """The batch, in its project's log."""
        home = self.project.audit_subject()
        return Subject("batch", self.code, home.log, home.zone, home.organisation)
