"""``audit verify``."""

from __future__ import annotations

import json

import click
from sqlalchemy.orm import Session

from hkbio_gmp.audit.services.reconciliation import reconcile
from hkbio_gmp.audit.services.verification import LogReport, verify_logs
from hkbio_gmp.cli.context import Refused, application, fail
from hkbio_gmp.work import snapshot


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command()
@click.option("--log", "code", help="Only this log.")
@click.option("--reconcile", "rows", is_flag=True, help="Also compare the live tables.")
@click.option("--json", "as_json", is_flag=True)
def verify(code: str | None, rows: bool, as_json: bool) -> None:
    """Recompute every log; exit 1 names the first altered, missing or foreign entry or row."""
    with application(), snapshot() as session:
        reports, problems = _examine(session, code, rows)
    if as_json:
        click.echo(json.dumps({"logs": [_plain(r) for r in reports], "rows": problems}, indent=2))
    else:
        _print(reports, problems if rows else None)
    if problems or not all(report.holds for report in reports):
        fail()


def _examine(session: Session, code: str | None, rows: bool) -> tuple[list[LogReport], list[str]]:
    reports = verify_logs(session, code)
    if code is not None and not reports:
        raise Refused(f"--log: there is no log {code}")
    return reports, reconcile(session) if rows else []


def _plain(report: LogReport) -> dict[str, object]:
    return {
        "log": report.log,
        "size": report.size,
        "root": report.root,
        "holds": report.holds,
        "problem": report.problem,
    }


def _print(reports: list[LogReport], problems: list[str] | None) -> None:
    for report in reports:
        said = "holds" if report.holds else report.problem
        click.echo(f"{report.log}: {report.size} entries, root {report.root[:16]}, {said}")
    for problem in problems or []:
        click.echo(problem)
    if problems == []:
        click.echo("live tables: every row is as the logs tell it")
