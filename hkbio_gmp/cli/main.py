"""The root command and its families."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

import hkbio_gmp
from hkbio_gmp.cli import accounts, audit, database, facility, jobs, serving, supervising, welfare


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(hkbio_gmp.__version__, prog_name="hkbio-gmp")
def root() -> None:
    """Book shared GMP cleanrooms and keep the proof."""


for command in (
    serving.serve,
    serving.scheduler,
    supervising.supervise,
    database.db,
    database.demo,
    facility.facility,
    accounts.user,
    accounts.token,
    jobs.jobs,
    audit.audit,
    welfare.doctor,
):
    root.add_command(command)


def main() -> None:
    """Run the command line; whatever happens, one line and an exit code."""
    try:
        root(prog_name="hkbio-gmp")
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        click.echo(f"hkbio-gmp: the database refused: {first}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"hkbio-gmp: {error.strerror or error}: {error.filename or ''}", err=True)
        sys.exit(2)
