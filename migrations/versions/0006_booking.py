"""Bookings: time that cannot be sold twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_booking"
down_revision = "0005_certification"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('planned', 'unplanned', 'requalification', 'shutdown')",
            name=op.f("ck_outage_kind"),
        ),
        sa.CheckConstraint("state IN ('active', 'withdrawn')", name=op.f("ck_outage_state")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_outage_order")),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_outage_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("reference", name=op.f("uq_outage_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outage_calendar", "outage", ["calendar_id", "starts"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("process_class", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_by_name", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'requested', 'approved', 'rejected', 'cancelled', 'expired')",
            name=op.f("ck_booking_status"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_booking_batch_id_batch"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_booking_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_booking_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_booking_project_id_project"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_booking_facility_status", "booking", ["facility_id", "status"], unique=False
    )
    op.create_index("ix_booking_organisation", "booking", ["organisation_id", "id"], unique=False)
    op.create_table(
        "booking_operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_operator_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_booking_operator_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_operator")),
        sa.UniqueConstraint(
            "booking_id", "person_id", name=op.f("uq_booking_operator_booking_id_person_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "booking_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_by", sa.String(), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clearance_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'in_use', 'cleaning', 'cleared', 'no_show', 'aborted')",
            name=op.f("ck_booking_session_state"),
        ),
        sa.CheckConstraint("starts < ends", name=op.f("ck_booking_session_order")),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_session_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_session")),
        sa.UniqueConstraint(
            "booking_id", "number", name=op.f("uq_booking_session_booking_id_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "move_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resources", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "side IN ('organisation', 'facility')", name=op.f("ck_move_proposal_side")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_move_proposal_state"),
        ),
        sa.CheckConstraint("starts < ends", name=op.f("ck_move_proposal_order")),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_move_proposal_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_proposal")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("process_class", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "occupied_from <= starts AND starts < ends AND ends <= occupied_until",
            name=op.f("ck_allocation_order"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_allocation_booking_id_booking"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["facility.id"],
            name=op.f("fk_allocation_facility_id_facility"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["move_proposal.id"],
            name=op.f("fk_allocation_proposal_id_move_proposal"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["booking_session.id"],
            name=op.f("fk_allocation_session_id_booking_session"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_allocation_booking", "allocation", ["booking_id"], unique=False)
    op.create_index(
        "ix_allocation_calendar", "allocation", ["calendar_id", "occupied_from"], unique=False
    )
    op.create_index(
        "ix_allocation_facility",
        "allocation",
        ["facility_id", "holds", "occupied_until"],
        unique=False,
    )
    op.create_index("ix_allocation_session", "allocation", ["session_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.execute(statement)
    else:
        op.execute(sqlite_guard("INSERT"))
        op.execute(sqlite_guard("UPDATE"))
        op.execute(SQLITE_OUTAGE)


GAP = """
    coalesce((SELECT c.minutes FROM changeover c
        WHERE c.facility_id = NEW.facility_id AND c.version = NEW.rules_version
          AND c.from_class = {before}.process_class AND c.to_class = {after}.process_class
          AND c.same_series = ({before}.process_class = {after}.process_class
                               AND {before}.series = {after}.series)),
        (SELECT max(c.minutes) FROM changeover c
         WHERE c.facility_id = NEW.facility_id AND c.version = NEW.rules_version), 0)
"""
TO_OLD = GAP.format(before="NEW", after="o")
TO_NEW = GAP.format(before="o", after="NEW")

POSTGRESQL = [
    """
    ALTER TABLE allocation ADD CONSTRAINT ck_allocation_minutes CHECK (
        extract(second from starts) = 0 AND extract(second from ends) = 0
        AND extract(second from occupied_from) = 0 AND extract(second from occupied_until) = 0)
    """,
    """
    ALTER TABLE allocation ADD CONSTRAINT ex_allocation_overlap EXCLUDE USING gist (
        int4range(calendar_id, calendar_id, '[]') WITH =,
        tstzrange(occupied_from, occupied_until, '[)') WITH &&
    ) WHERE (holds)
    """,
    f"""
    CREATE FUNCTION allocation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT NEW.holds THEN RETURN NEW; END IF;
        UPDATE calendar SET seq = seq + 1 WHERE id = NEW.calendar_id;
        IF EXISTS (
            SELECT 1 FROM allocation o
            WHERE o.calendar_id = NEW.calendar_id AND o.holds AND o.id <> NEW.id
              AND o.booking_id <> NEW.booking_id
              AND o.starts < NEW.ends + make_interval(mins => {TO_OLD})
              AND NEW.starts < o.ends + make_interval(mins => {TO_NEW})
        ) THEN
            RAISE EXCEPTION 'booking_changeover' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'INSERT' AND EXISTS (
            SELECT 1 FROM outage u
            WHERE u.calendar_id = NEW.calendar_id AND u.state = 'active'
              AND u.starts < NEW.occupied_until AND NEW.occupied_from < u.ends
        ) THEN
            RAISE EXCEPTION 'booking_outage' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER allocation_guard BEFORE INSERT OR UPDATE ON allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_guard()
    """,
]


def sqlite_guard(event: str) -> str:
    """Overlap and changeover; planned times are whole minutes, so seconds since 1970 are exact."""
    to_old = f"strftime('%s', NEW.ends) + 60 * {TO_OLD}"
    to_new = f"strftime('%s', o.ends) + 60 * {TO_NEW}"
    return f"""
    CREATE TRIGGER allocation_guard_{event.lower()} BEFORE {event} ON allocation
    WHEN NEW.holds
    BEGIN
        SELECT RAISE(ABORT, 'allocation is not on whole minutes')
            WHERE substr(NEW.starts, 18) <> '00.000000' OR substr(NEW.ends, 18) <> '00.000000'
               OR substr(NEW.occupied_from, 18) <> '00.000000'
               OR substr(NEW.occupied_until, 18) <> '00.000000';
        SELECT RAISE(ABORT, 'booking_overlap') WHERE EXISTS (
            SELECT 1 FROM allocation o
            WHERE o.calendar_id = NEW.calendar_id AND o.holds AND o.id IS NOT NEW.id
              AND o.occupied_from < NEW.occupied_until AND NEW.occupied_from < o.occupied_until);
        SELECT RAISE(ABORT, 'booking_changeover') WHERE EXISTS (
            SELECT 1 FROM allocation o
            WHERE o.calendar_id = NEW.calendar_id AND o.holds AND o.id IS NOT NEW.id
              AND o.booking_id <> NEW.booking_id
              AND CAST(strftime('%s', o.starts) AS INTEGER) < {to_old}
              AND CAST(strftime('%s', NEW.starts) AS INTEGER) < {to_new});
    END
    """


SQLITE_OUTAGE = """
    CREATE TRIGGER allocation_outage BEFORE INSERT ON allocation
    WHEN NEW.holds
    BEGIN
        SELECT RAISE(ABORT, 'booking_outage') WHERE EXISTS (
            SELECT 1 FROM outage u
            WHERE u.calendar_id = NEW.calendar_id AND u.state = 'active'
              AND u.starts < NEW.occupied_until AND NEW.occupied_from < u.ends);
    END
"""
