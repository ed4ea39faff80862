"""The migrated schema on each database: nothing drifted, and it can tell its own version."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from hkbio_gmp import models_index, schema
from hkbio_gmp.cli.main import root
from hkbio_gmp.extensions import Base
from tests.seeds import application

APPEND_ONLY = {"audit_log", "audit_entry", "audit_node"}
TRIGGERS = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


ON_POSTGRESQL_ALONE = {("allocation", "ck_allocation_minutes")}
"""On SQLite a trigger says the same: its times are texts."""


@pytest.fixture
def engine(database_url: str) -> Engine:
    return create_engine(database_url)


def test_schema_equals_models_when_migrated(engine: Engine) -> None:
    assert models_index.__all__
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_checks_equal_models_when_migrated(engine: Engine) -> None:
    found, declared = set(), set()
    for table in Base.metadata.sorted_tables:
        checks = (c for c in table.constraints if isinstance(c, CheckConstraint))
        declared |= {(table.name, str(c.name)) for c in checks}
        there = inspect(engine).get_check_constraints(table.name)
        found |= {(table.name, str(check["name"])) for check in there}
    assert found - ON_POSTGRESQL_ALONE == declared


def test_append_only_tables_have_triggers_when_migrated(engine: Engine) -> None:
    with engine.connect() as connection:
        guarded = set(connection.scalars(text(TRIGGERS[engine.dialect.name])))
    assert {*APPEND_ONLY, "allocation"} <= guarded


def test_every_trigger_is_a_known_guard_when_migrated(engine: Engine) -> None:
    with engine.connect() as connection:
        there = set(connection.scalars(text(schema._TRIGGERS[engine.dialect.name])))
    assert there == schema.GUARDS[engine.dialect.name]
    assert schema.missing_guards(engine) == []


def test_lost_guard_is_named_and_nothing_is_served_when_it_was_dropped(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    target = " ON audit_entry" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_entry_no_update{target}"))
    assert schema.missing_guards(engine) == ["audit_entry_no_update"]
    client = application(database_url, tmp_path).test_client()
    assert client.get("/readyz").status_code == 503
    served = CliRunner().invoke(root, ["serve"], env={"HKBIO_DATABASE_URL": database_url})
    assert served.exit_code == 2
    assert "audit_entry_no_update" in served.stderr


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_guard_counts_as_lost_when_it_is_switched_off(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE allocation DISABLE TRIGGER allocation_guard"))
    assert schema.missing_guards(engine) == ["allocation_guard"]


def test_is_at_head_when_migrated(database_url: str) -> None:
    assert schema.is_at_head(database_url)


def test_is_not_at_head_when_file_is_absent(tmp_path: Path) -> None:
    assert not schema.is_at_head(f"sqlite:///{tmp_path / 'absent.sqlite3'}")


def test_is_not_at_head_when_one_migration_is_due(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'older.sqlite3'}"
    schema.upgrade(url, "0001_audit")
    assert not schema.is_at_head(url)
    schema.upgrade(url)
    assert schema.is_at_head(url)


def test_upgrade_changes_nothing_when_at_head(database_url: str) -> None:
    schema.upgrade(database_url)
    assert schema.is_at_head(database_url)


LOG = "INSERT INTO audit_log (code, size, frontier, root) VALUES ('LCT', 0, '[]', '')"


def test_log_cannot_be_deleted_when_it_exists(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(LOG))
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_log"))
