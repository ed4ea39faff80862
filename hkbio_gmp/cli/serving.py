"""``serve`` and ``scheduler``."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from sqlalchemy import create_engine, make_url

from hkbio_gmp import demo as demonstration
from hkbio_gmp import jobs, schema
from hkbio_gmp.app import create_app
from hkbio_gmp.cli import supervising
from hkbio_gmp.cli.context import Refused, settings
from hkbio_gmp.config import Settings

_THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--demo", is_flag=True, help="Load demonstration data into an empty database.")
@click.option("--no-scheduler", is_flag=True)
def serve(host: str, port: int, workers: int, demo: bool, no_scheduler: bool) -> None:
    """Migrate, then serve with a production server."""
    if demo:
        os.environ.setdefault("HKBIO_ENV", "demo")
        os.environ.setdefault("HKBIO_BASE_URL", f"http://{host}:{port}")
    found = settings()
    if demo and not found.is_demo:
        raise Refused("--demo: HKBIO_ENV must be demo, never production")
    _migrate(found)
    _refuse_unguarded(found)
    if demo:
        _load_demo(found)
    jobs_process = None if no_scheduler else supervising.start("supervise")
    click.echo(f"hkbio-gmp serves on http://{host}:{port}", err=True)
    if demo:
        click.echo(demonstration.ACCOUNTS_TEXT, err=True)
    Server(found, host, port, workers, jobs_process).run()


@click.command()
def scheduler() -> None:
    """Run the scheduled jobs in this process; a second one waits as standby."""
    run_scheduler()


def run_scheduler() -> None:
    """Lead the scheduled jobs of the configured database until the process ends."""
    jobs.lead(create_app(settings()))


def _migrate(found: Settings) -> None:
    if found.owner_database_url and not schema.is_at_head(found.database_url):
        raise Refused("the schema is not at head; run hkbio-gmp db upgrade with the owner's role")
    if not found.owner_database_url:
        schema.upgrade(found.database_url)


def _refuse_unguarded(found: Settings) -> None:
    """Refuse to serve a database that lost triggers: what is written there no longer stays."""
    engine = create_engine(found.database_url)
    lost = schema.missing_guards(engine)
    engine.dispose()
    if lost:
        raise Refused(
            f"the database lost its guards ({', '.join(lost)}); restore it from a backup, "
            "then run: hkbio-gmp audit verify --reconcile"
        )


def _load_demo(found: Settings) -> None:
    with create_app(found).app_context():
        if demonstration.is_empty():
            click.echo("loading demonstration data …", err=True)
            demonstration.load(seed=1, scale=1)
        elif demonstration.is_cut_short():
            raise Refused(
                "the demonstration data were not loaded to their end; "
                f"delete the database {_shown(found.database_url)} and start again"
            )


def _shown(url: str) -> str:
    """The database's address without its password."""
    return make_url(url).render_as_string(hide_password=True)


class Server(BaseApplication):
    """Gunicorn with threads, configured from our settings; ``beside`` ends when it ends."""

    def __init__(
        self,
        found: Settings,
        host: str,
        port: int,
        workers: int,
        beside: subprocess.Popen[bytes] | None = None,
    ):
        self.found = found
        self.chosen = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": _THREADS,
            "worker_class": "gthread",
            "accesslog": None,
            "loglevel": "warning",
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 5,
        }
        if beside is not None:
            self.chosen["on_exit"] = lambda _arbiter: beside.terminate()
        super().__init__()

    def load_config(self) -> None:
        """Hand our choices to gunicorn."""
        for name, value in self.chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application in each worker, after the fork."""
        return create_app(self.found)
