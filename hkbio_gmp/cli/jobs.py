"""``jobs``."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

import click

from hkbio_gmp import jobs as schedule
from hkbio_gmp.cli.context import application
from hkbio_gmp.kernel import clock


@click.group()
def jobs() -> None:
    """Scheduled jobs."""


@jobs.command("list")
def list_() -> None:
    """Print each job and what it does."""
    for job in schedule.JOBS:
        click.echo(f"{job.name:14} {job.description}")


@jobs.command()
@click.argument("name")
@click.option("--now", "instant", help="As of this time (ISO 8601 with an offset).")
def run(name: str, instant: str | None) -> None:
    """Run one scheduled job now."""
    job = schedule.find_job(name)
    if job is None:
        known = ", ".join(job.name for job in schedule.JOBS)
        raise click.BadParameter(f"there is no job {name}; there are: {known}")
    at = clock.frozen(_instant(instant)) if instant else nullcontext()
    with application() as app, at:
        click.echo(str(schedule.run_job(app, job)))


def _instant(text: str) -> datetime:
    try:
        return clock.utc(datetime.fromisoformat(text))
    except ValueError:
        raise click.BadParameter("--now: give a time such as 2027-01-04T09:00+08:00") from None
