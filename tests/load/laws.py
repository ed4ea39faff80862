"""Reads the databases past the product, and names what breaks a law."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from hkbio_gmp.audit.services.reconciliation import reconcile
from hkbio_gmp.audit.services.verification import verify_logs
from hkbio_gmp.booking import jobs
from hkbio_gmp.extensions import db
from hkbio_gmp.work import snapshot
from tests.load import server
from tests.load.ledger import Facts, Ledger
from tests.seeds import application

STORED = """
    SELECT b.reference, b.version, b.status, a.resource, a.starts, a.ends, a.holds
    FROM booking b JOIN allocation a ON a.booking_id = b.id ORDER BY a.id
"""
HOLDING = """
    SELECT resource, occupied_from, occupied_until, booking_id FROM allocation WHERE holds
    ORDER BY resource, occupied_from, occupied_until
"""


def _rows(url: str, query: str) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text(query)))
    engine.dispose()
    return found


def _instant(value: datetime | str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stored(url: str) -> dict[str, Facts]:
    """Every booking as the database has it."""
    held: dict[str, set[tuple[str, str, str]]] = {}
    last: dict[str, tuple[int, str]] = {}
    for row in _rows(url, STORED):
        last[row.reference] = (row.version, row.status)
        one = {(row.resource, _instant(row.starts), _instant(row.ends))} if row.holds else set()
        held.setdefault(row.reference, set()).update(one)
    return {ref: Facts(*last[ref], frozenset(slots)) for ref, slots in held.items()}


def overlaps(rows: Iterable[Any]) -> list[str]:
    """Neighbours that overlap, of rows (resource, from, until, whose) in that order."""
    return [
        f"{one[0]}: {one[3]} until {one[2]}, {other[3]} from {other[1]}"
        for one, other in pairwise(rows)
        if one[0] == other[0] and other[1] < one[2]
    ]


def control_overlaps(url: str) -> list[str]:
    """What the control let through."""
    query = "SELECT resource, starts_at, ends_at, id FROM slot ORDER BY resource, starts_at, id"
    return overlaps(_rows(url, query))


def _deadlocks(url: str) -> list[str]:
    """Locks taken in one order never cross; a retry would hide that they did."""
    if url.startswith("sqlite"):
        return []
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    counted = _rows(url, query)[0].deadlocks
    return [f"{counted} deadlocks"] if counted else []


def broken(url: str, folder: Path, ledger: Ledger) -> list[str]:
    """Every law that the product's database breaks after the fight; none may be."""
    found = [*ledger.broken, *ledger.differences(stored(url)), *overlaps(_rows(url, HOLDING))]
    found += _deadlocks(url)
    with application(url, folder).app_context():
        found += jobs.check_laws()
        with snapshot() as session:
            reports = verify_logs(session)
            found += [f"{r.log}: {r.problem}" for r in reports if not r.holds]
            found += reconcile(session)
        db.session.close()
        db.engine.dispose()
    return found


def unverified(url: str, folder: Path) -> list[str]:
    """What ``hkbio-gmp audit verify --reconcile`` says where it does not hold."""
    run = subprocess.run(
        server.command("audit", "verify", "--reconcile"),
        env=server.environment(server.settings(url, folder)),
        cwd=server.ROOT,
        capture_output=True,
        text=True,
    )
    return [f"audit verify: {run.stdout}{run.stderr}"] if run.returncode else []
