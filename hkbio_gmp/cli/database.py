"""``db`` and ``demo``."""

from __future__ import annotations

import click

from hkbio_gmp import demo as demonstration
from hkbio_gmp import schema
from hkbio_gmp.cli.context import application, fail, settings


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Migrate to this version's schema."""
    found = settings()
    schema.upgrade(found.owner_database_url or found.database_url)
    click.echo(f"at {schema.head_revision()}")


@db.command()
def check() -> None:
    """Exit 1 when the schema is not this version's."""
    if schema.is_at_head(settings().database_url):
        click.echo(f"at {schema.head_revision()}")
    else:
        click.echo(f"not at {schema.head_revision()}; run: hkbio-gmp db upgrade")
        fail()


@click.group()
def demo() -> None:
    """Demonstration data."""


@demo.command()
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same data.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1, 100))
def load(seed: int, scale: int) -> None:
    """Load demonstration data into an empty database."""
    found = settings(HKBIO_ENV="demo")
    schema.upgrade(found.owner_database_url or found.database_url)
    with application(HKBIO_ENV="demo"):
        if not demonstration.is_empty():
            raise click.UsageError("the database is not empty; name an empty one")
        click.echo(demonstration.load(seed=seed, scale=scale))
