"""What every command shares: settings, an application context, the actor, exit codes."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from hkbio_gmp import config, schema
from hkbio_gmp.app import create_app
from hkbio_gmp.kernel.actors import Actor, Channel
from hkbio_gmp.kernel.errors import DomainError
from hkbio_gmp.kernel.ids import new_id
from hkbio_gmp.web import log
from hkbio_gmp.work import use_channel


class Refused(click.ClickException):
    """Bad usage or bad input: one line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the one line."""
        click.echo(f"hkbio-gmp: {self.message}", err=True)


def actor() -> Actor:
    """Who acts: the operating system's user. It never approves or signs."""
    user = getpass.getuser()
    return Actor(f"cli:{user}", user, "cli")


def settings(**overrides: str) -> config.Settings:
    """The settings, or one line about what is wrong with them."""
    try:
        found = config.load(None, **overrides)
    except config.SettingError as error:
        raise Refused(str(error)) from None
    log.configure(found.log_format)
    return found


@contextmanager
def application(*, migrated: bool = True, **overrides: str) -> Iterator[Flask]:
    """An application context on the configured database.

    Raises Refused where the schema is not this version's, unless ``migrated`` is false.
    """
    found = settings(**overrides)
    if migrated and not schema.is_at_head(found.database_url):
        raise Refused("the database's schema is not this version's; run: hkbio-gmp db upgrade")
    app = create_app(found)
    with app.app_context(), use_channel(Channel(new_id(), "cli")):
        try:
            yield app
        except DomainError as error:
            raise Refused(_line(error)) from None


def _line(error: DomainError) -> str:
    parts = [error.detail.english()]
    parts += [f"{e.field}: {e.message} {e.remedy}" for e in error.errors]
    return " | ".join(" ".join(part.split()) for part in parts)


def fail() -> None:
    """End with 1: it ran, and what it checks does not hold."""
    raise click.exceptions.Exit(1)
