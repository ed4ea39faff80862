"""Extension instances, and the base of every table. Configured in ``app.py``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import DateTime, Dialect, Engine, MetaData
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: ``timestamptz`` on PostgreSQL, fixed-width text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give it back in UTC whatever the connection's zone."""
        read = self.impl_instance.result_processor(dialect, coltype)

        # lists share few instants, and to look one up is quicker than to read its text again
        @lru_cache(maxsize=4096)
        def known(stored: Any) -> datetime:
            value: Any = read(stored) if read else stored
            moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
            return moment.astimezone(UTC)

        return lambda stored: None if stored is None else known(stored)


class Base(DeclarativeBase):
    """Base of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Instant()}
    )


class ReadingSession(FlaskSession):
    """The request's session. It only reads: PostgreSQL refuses it everything else."""

    def get_bind(self, *_asked: Any, **_more: Any) -> Engine:
        """The application's engine, in transactions that only read."""
        return _reading(self._db.engine)


@lru_cache(maxsize=8)
def _reading(engine: Engine) -> Engine:
    return engine.execution_options(postgresql_readonly=True)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with its session declared as what it proxies: the request's Session."""

    if TYPE_CHECKING:
        session: Session  # type: ignore[assignment]


db = Database(model_class=Base, disable_autonaming=True, session_options={"class_": ReadingSession})
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
scheduler: Any = BackgroundScheduler(timezone="UTC")
limiter = Limiter(get_remote_address)
