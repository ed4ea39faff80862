"""Settings from the environment, checked before anything starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from hkbio_gmp import paths
from hkbio_gmp.kernel.clock import utc

ENVIRONMENTS = ("embedded", "production", "demo", "test")
_WEAK_SECRET = 32


class SettingError(Exception):
    """A setting is wrong; its text is one line that names the setting and the remedy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides. See the contract's list of settings."""

    database_url: str
    secret_key: str
    signing_key_file: Path
    environment: str = "embedded"
    owner_database_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str | None = None
    mail_from: str = "hkbio-gmp <no-reply@localhost>"
    log_format: str = "text"
    fixed_now: datetime | None = None
    instance_name: str = "hkbio-gmp"
    zone: str = "Asia/Hong_Kong"
    session_idle_minutes: int = 60
    session_absolute_hours: int = 12
    lockout_failures: int = 5
    lockout_minutes: int = 15

    @property
    def is_demo(self) -> bool:
        """Whether demonstration accounts and data may exist."""
        return self.environment in {"demo", "test"}

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None, **overrides: str) -> Settings:
    """Read the settings; ``overrides`` win. Raises SettingError with one line that names it."""
    env = {**(os.environ if environ is None else environ), **overrides}
    environment = _choice(env, "HKBIO_ENV", ENVIRONMENTS, "embedded")
    settings = Settings(
        database_url=_database_url(env, environment),
        secret_key=_secret_key(env, environment),
        signing_key_file=_signing_key(env, environment),
        environment=environment,
        owner_database_url=env.get("HKBIO_OWNER_DATABASE_URL") or None,
        base_url=_url(env, "HKBIO_BASE_URL", ("http", "https"), "http://127.0.0.1:8000"),
        smtp_url=_url(env, "HKBIO_SMTP_URL", ("smtp", "smtps"), "") or None,
        mail_from=env.get("HKBIO_MAIL_FROM") or "hkbio-gmp <no-reply@localhost>",
        log_format=_choice(env, "HKBIO_LOG_FORMAT", ("text", "json"), "text"),
        fixed_now=_fixed_now(env, environment),
    )
    if environment == "production" and not settings.base_url.startswith("https://"):
        raise SettingError("HKBIO_BASE_URL: production needs an https:// address")
    return settings


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in choices:
        raise SettingError(f"{name}: {value!r} is not one of {', '.join(choices)}")
    return value


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).hostname):
        raise SettingError(f"{name}: give an address that starts with {schemes[0]}://")
    return value.rstrip("/")


def _database_url(env: Mapping[str, str], environment: str) -> str:
    value = env.get("HKBIO_DATABASE_URL")
    if not value:
        return f"sqlite:///{paths.instance() / 'hkbio-gmp.sqlite3'}"
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(
            "HKBIO_DATABASE_URL: give sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        )
    return value


def _secret_key(env: Mapping[str, str], environment: str) -> str:
    value = env.get("HKBIO_SECRET_KEY")
    if value:
        if environment == "production" and len(value) < _WEAK_SECRET:
            raise SettingError(f"HKBIO_SECRET_KEY: give at least {_WEAK_SECRET} characters")
        return value
    if environment == "production":
        raise SettingError("HKBIO_SECRET_KEY: required in production; give 32 random characters")
    return _kept_secret(paths.instance() / "secret_key")


def _kept_secret(file: Path) -> str:
    """Make the embedded default's secret once; a second process that races reads the first's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_urlsafe(48))
    return file.read_text(encoding="ascii")


def _signing_key(env: Mapping[str, str], environment: str) -> Path:
    value = env.get("HKBIO_SIGNING_KEY_FILE")
    if value:
        if not Path(value).is_file():
            raise SettingError(f"HKBIO_SIGNING_KEY_FILE: there is no file {value}")
        return Path(value)
    if environment == "production":
        raise SettingError("HKBIO_SIGNING_KEY_FILE: required in production; name an Ed25519 key")
    return paths.instance() / "signing_key.pem"


def _fixed_now(env: Mapping[str, str], environment: str) -> datetime | None:
    value = env.get("HKBIO_NOW")
    if not value:
        return None
    if environment not in {"demo", "test"}:
        raise SettingError("HKBIO_NOW: allowed only where HKBIO_ENV is demo or test")
    try:
        return utc(datetime.fromisoformat(value))
    except ValueError:
        raise SettingError("HKBIO_NOW: give an ISO 8601 time with an offset") from None
