"""The database's schema: migrate it, and tell whether it is this version's."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from hkbio_gmp import paths

_KEPT = ("audit_entry", "audit_node", "access_event", "signature")
_NEVER_DELETED = ("audit_log", "person", "role_grant")
_EVERYWHERE = {f"{table}_no_{verb}" for table in _KEPT for verb in ("update", "delete")}
_EVERYWHERE |= {f"{table}_no_delete" for table in _NEVER_DELETED}
GUARDS = {
    "sqlite": _EVERYWHERE
    | {"allocation_guard_insert", "allocation_guard_update", "allocation_outage"},
    "postgresql": _EVERYWHERE
    | {f"{table}_no_truncate" for table in _KEPT + _NEVER_DELETED}
    | {"allocation_guard"},
}
"""Dialect → the triggers that keep what is written and keep slots apart."""
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.migrations()))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at ``url``; a SQLite file's folder is made."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_config(url), revision)


@lru_cache(maxsize=1)
def head_revision() -> str:
    """This version's schema: the name of its last migration."""
    head = ScriptDirectory(str(paths.migrations())).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def engine_is_at_head(engine: Engine) -> bool:
    """Whether the database behind ``engine`` has this version's schema."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head_revision()


def missing_guards(engine: Engine) -> list[str]:
    """The triggers that the database lost or has switched off: by name, none when it is sound."""
    dialect = engine.dialect.name
    with engine.connect() as connection:
        there = set(connection.scalars(text(_TRIGGERS[dialect])))
    return sorted(GUARDS[dialect] - there)


def is_at_head(url: str) -> bool:
    """Whether the database at ``url`` has this version's schema; an absent file has not."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return False
    engine = create_engine(url)
    try:
        return engine_is_at_head(engine)
    finally:
        engine.dispose()
