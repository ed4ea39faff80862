"""``facility import`` and ``facility export``."""

from __future__ import annotations

from pathlib import Path

import click

from hkbio_gmp import work
from hkbio_gmp.cli.context import actor, application
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import services
from hkbio_gmp.work import Work


@click.group()
def facility() -> None:
    """Facilities as declarative files."""


@facility.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Add or update a facility from FILE; an invalid file changes nothing."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.BadParameter(f"{file} is not UTF-8 text; save it as UTF-8") from None

    def command(unit: Work) -> str:
        return services.import_facility(unit, text)

    with application():
        code = work.run(actor(), "facilities:facility:imported", f"import of {file.name}", command)
    click.echo(f"{code} imported")


@facility.command()
@click.argument("code")
def export(code: str) -> None:
    """Print a facility as the file that would import it."""
    with application():
        click.echo(services.export_facility(db.session, code), nl=False)
