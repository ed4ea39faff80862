"""The frame of the pages alone: no database, no feature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_login import LoginManager, UserMixin

from hkbio_gmp import paths
from hkbio_gmp.extensions import csrf
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor
from hkbio_gmp.web import filters, forms, gallery, headers, language, navigation

MANAGER = Actor("U000001", "Manager LCT", "facility_manager")
NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)


@dataclass
class Person:
    """A principal that may do what it is told."""

    permissions: frozenset[str] = frozenset({"booking:slot:read"})
    actor: Actor = MANAGER
    organisation: str | None = None
    grants: tuple[object, ...] = field(default_factory=tuple)

    def may(self, permission: str, **_scope: str | None) -> bool:
        return permission in self.permissions

    def facilities(self, _permission: str) -> frozenset[str] | None:
        return None

    def organisations(self, _permission: str) -> frozenset[str] | None:
        return None


class Account(UserMixin):  # type: ignore[misc]
    """Who is signed in when a request carries the header ``X-Person``."""

    id = "1"
    principal = Person()


@dataclass
class FrameSettings:
    """The settings that the frame reads."""

    is_demo: bool = True
    zone: str = "Asia/Hong_Kong"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> navigation.Registry:
    """An empty registry in place of the product's."""
    empty = navigation.Registry()
    monkeypatch.setattr(navigation, "_registry", empty)
    return empty


@pytest.fixture
def site(registry: navigation.Registry) -> Iterator[Flask]:
    app = Flask("hkbio_gmp", template_folder=str(paths.templates()))
    app.config.update(SECRET_KEY="test-only", TESTING=True)
    app.extensions["settings"] = FrameSettings()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(paths.translations())
    csrf.init_app(app)
    manager = LoginManager(app)
    manager.request_loader(lambda asked: Account() if "X-Person" in asked.headers else None)
    language.init_app(app, Babel())
    for part in (headers, filters, forms, navigation):
        part.init_app(app)
    app.register_blueprint(gallery.blueprint)
    with clock.frozen(NOW):
        yield app


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()
