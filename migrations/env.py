"""Runs the migrations on SQLite and PostgreSQL alike."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from hkbio_gmp import models_index
from hkbio_gmp.extensions import Base

TARGET = Base.metadata if models_index.__all__ else None


def migrate(connection: Connection) -> None:
    """Run what is due in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=TARGET,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_sqlite(connection: Connection) -> None:
    """Foreign keys off before the transaction, checked after it: batch mode would lose rows."""
    raw = connection.connection.driver_connection
    raw.isolation_level = None
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    migrate(connection)
    if broken := connection.execute(text("PRAGMA foreign_key_check")).all():
        raise RuntimeError(f"foreign keys broken by the migration: {broken[:3]}")
    connection.commit()


def main() -> None:
    """Connect to the configured database and migrate it."""
    url = context.config.get_main_option("sqlalchemy.url")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            migrate_sqlite(connection)
        else:
            connection.execute(text("SELECT pg_advisory_lock(1751867241)"))
            migrate(connection)
            connection.commit()


main()
