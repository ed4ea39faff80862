"""``doctor``: what is well and what is not, one line each."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from hkbio_gmp import paths, schema
from hkbio_gmp.cli.context import fail, settings
from hkbio_gmp.config import Settings
from hkbio_gmp.kernel import clock

_LEAST_FREE_BYTES = 1_000_000_000
_MOST_CLOCK_DRIFT_SECONDS = 5

Check = Callable[[Settings], tuple[bool, str]]


@click.command()
def doctor() -> None:
    """Check configuration, database, migrations, clock, mail and free disk."""
    found = settings()
    results = [(name, *check(found)) for name, check in CHECKS.items()]
    for name, well, said in results:
        click.echo(f"{'ok  ' if well else 'FAIL'} {name}: {said}")
    if not all(well for _name, well, _said in results):
        fail()


def _configuration(found: Settings) -> tuple[bool, str]:
    return True, f"{found.environment}, {found.base_url}"


def _database(found: Settings) -> tuple[bool, str]:
    try:
        with create_engine(found.database_url).connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return False, str(getattr(error, "orig", error)).splitlines()[0]
    return True, "answers"


def _migrations(found: Settings) -> tuple[bool, str]:
    try:
        at_head = schema.is_at_head(found.database_url)
    except SQLAlchemyError:
        return False, "the database does not answer"
    return at_head, schema.head_revision() if at_head else "behind; run: hkbio-gmp db upgrade"


def _guards(found: Settings) -> tuple[bool, str]:
    engine = create_engine(found.database_url)
    try:
        lost = schema.missing_guards(engine)
    except SQLAlchemyError:
        return False, "the database does not answer"
    finally:
        engine.dispose()
    return (
        not lost,
        f"lost {', '.join(lost)}; restore a backup" if lost else "every trigger is there",
    )


def _clock(found: Settings) -> tuple[bool, str]:
    if found.fixed_now is not None:
        return True, f"fixed at {found.fixed_now:%Y-%m-%dT%H:%M:%SZ} (HKBIO_NOW)"
    drift = abs((datetime.now(UTC) - clock.now()).total_seconds())
    return drift < _MOST_CLOCK_DRIFT_SECONDS, "the system's"


def _mail(found: Settings) -> tuple[bool, str]:
    if found.smtp_url is None:
        return True, "HKBIO_SMTP_URL is unset: messages wait in the outbox and show in the app"
    parts = urlsplit(found.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=10) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return False, f"{parts.hostname} does not answer: {error}"
    return True, f"{parts.hostname} answers"


def _disk(found: Settings) -> tuple[bool, str]:
    free = shutil.disk_usage(paths.instance().parent).free
    return free > _LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free"


CHECKS: dict[str, Check] = {
    "configuration": _configuration,
    "database": _database,
    "migrations": _migrations,
    "guards": _guards,
    "clock": _clock,
    "mail": _mail,
    "free disk": _disk,
}
