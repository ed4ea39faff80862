"""Databases that hold a world already: built once a worker, copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from werkzeug.utils import import_string

from hkbio_gmp import config
from hkbio_gmp.booking.queries.occupied import _books as kept_rules
from hkbio_gmp.extensions import db, limiter
from hkbio_gmp.facilities.queries.standing import _kept as kept_facilities
from tests import databases

Build = Callable[[], None]


class OwnContextClient(FlaskClient):
    """A client whose requests share nothing with the test's own application context.

    Flask would run them in it, and the second client would be signed in as the first.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


def settings_of(url: str, folder: Path, **changes: str) -> config.Settings:
    """Settings of an application under test."""
    return config.load(
        {
            "HKBIO_ENV": "test",
            "HKBIO_DATABASE_URL": url,
            "HKBIO_SECRET_KEY": "test-only-secret-key-of-enough-length",
            "HKBIO_INSTANCE": str(folder),
            **changes,
        }
    )


def application(url: str, folder: Path, **changes: str) -> Flask:
    """The whole application on a database, without CSRF and without limits of rate."""
    # by name: tests of pure rules then run without loading the whole product
    create_app = import_string("hkbio_gmp.app:create_app")
    # it hooks itself in where it is enabled: tests of the limit switch it on again
    limiter.enabled = True
    made: Flask = create_app(settings_of(url, folder, **changes))
    made.config["WTF_CSRF_ENABLED"] = False
    limiter.enabled = False
    made.test_client_class = OwnContextClient
    return made


@contextmanager
def unchanged(made: Flask) -> Iterator[None]:
    """What a test changes of the application is as before for the next one."""
    config, extensions = dict(made.config), dict(made.extensions)
    try:
        yield
    finally:
        made.config.clear()
        made.config.update(config)
        made.extensions.clear()
        made.extensions.update(extensions)


def populate(url: str, folder: Path, build: Build) -> None:
    """Build a world on a migrated, empty database."""
    made = application(url, folder)
    with made.app_context():
        build()
        db.session.close()
        db.engine.dispose()


class Seeds:
    """The databases to copy from, by the function that built them."""

    def __init__(self, folder: Path, sqlite_template: Path):
        self.folder = folder
        self._applications: dict[str, Flask] = {}
        self._empty = sqlite_template
        self._files: dict[Build, Path] = {}
        self._templates: dict[Build, str] = {}

    def application(self, url: str) -> Flask:
        """The application on an address, made once; what it kept of another database is gone."""
        if url not in self._applications:
            self._applications[url] = application(url, self.folder)
        limiter.enabled = False
        kept_facilities.clear()
        kept_rules.clear()
        return self._applications[url]

    def sqlite(self, build: Build | None) -> Path:
        """The SQLite file to copy."""
        if build is None:
            return self._empty
        _check_once(build)
        if build not in self._files:
            url = databases.fresh_sqlite(self._empty, self.folder)
            populate(url, self.folder, build)
            self._files[build] = Path(url.removeprefix("sqlite:///"))
        return self._files[build]

    def postgresql(self, base: str, build: Build | None) -> str:
        """The name of the PostgreSQL database to copy."""
        if build is None:
            return databases.TEMPLATE
        _check_once(build)
        if build not in self._templates:
            name = databases.create_postgresql(base)
            populate(base.format(name=name), self.folder, build)
            self._templates[build] = name
        return self._templates[build]


def _check_once(build: Build) -> None:
    """A function made anew for each test would build its world anew for each test."""
    assert "<locals>" not in getattr(build, "__qualname__", ""), build
