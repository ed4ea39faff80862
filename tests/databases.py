"""Real databases for tests: SQLite files, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from hkbio_gmp import schema

SERVER_USER = "nobody"
MEMORY = Path("/dev/shm")
_ROOM_BYTES = 3 * 1024**3
TEMPLATE = "template_hkbio"


def binaries() -> Path:
    """The folder of PostgreSQL's programs, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").is_file():
            return folder
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("PostgreSQL is not installed; install the package postgresql")
    return Path(on_path).resolve().parent


def in_memory() -> str | None:
    """A folder whose files never reach a disk, if there is room: making and dropping a database
    there takes a fifth of the time. None elsewhere, and a folder of the system's is used."""
    if os.environ.get("HKBIO_TEST_ON_DISK") or not MEMORY.is_mount():
        return None
    return str(MEMORY) if shutil.disk_usage(MEMORY).free > _ROOM_BYTES else None


def _as_server_user(*arguments: str) -> None:
    """PostgreSQL refuses root: run as an unprivileged user there."""
    prefix: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVER_USER)
        ids = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
        prefix = ["setpriv", *ids]
    subprocess.run([*prefix, *arguments], check=True, capture_output=True)


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[str]:
    """Start a server in a temporary folder, on a unix socket alone; yields its base address."""
    # what must survive a kill is written to a disk
    place = None if durable else in_memory()
    folder = Path(tempfile.mkdtemp(prefix="hkbio-pg-", dir=place))
    data, programs = folder / "data", binaries()
    if os.geteuid() == 0:
        shutil.chown(folder, SERVER_USER)
    try:
        _as_server_user(
            str(programs / "initdb"), "-D", str(data), "-U", "hkbio", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        fsync = "on" if durable else "off"
        options = f"-k {folder} -c listen_addresses='' -c fsync={fsync} -c max_connections=200"
        log = str(folder / "log")
        _as_server_user(
            str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", log, "-w", "start"
        )
        yield f"postgresql+psycopg://hkbio@/{{name}}?host={folder}"
    finally:
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        with suppress(subprocess.CalledProcessError):
            _as_server_user(*stop)
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _administrator(base: str, _process: int) -> psycopg.Connection[Any]:
    url = base.format(name="postgres").replace("postgresql+psycopg", "postgresql")
    return psycopg.connect(url, autocommit=True)


def _admin(base: str, statement: str) -> None:
    _administrator(base, os.getpid()).execute(statement.encode())


def migrated_postgresql_template(base: str) -> None:
    """Make the migrated database that the others are copied from."""
    _admin(base, f"CREATE DATABASE {TEMPLATE}")
    schema.upgrade(base.format(name=TEMPLATE))


def create_postgresql(base: str, template: str = TEMPLATE) -> str:
    """Copy a database; the copy's name."""
    name = f"t{uuid.uuid4().hex}"
    _admin(base, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


@contextmanager
def replaced_postgresql(base: str, template: str = TEMPLATE) -> Iterator[str]:
    """A copy of a database under this process's one name, in the place of the last one."""
    name = f"p{os.getpid()}"
    _admin(base, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _admin(base, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield base.format(name=name)


@contextmanager
def fresh_postgresql(base: str, template: str = TEMPLATE) -> Iterator[str]:
    """A copy of a database, dropped afterwards."""
    name = create_postgresql(base, template)
    try:
        yield base.format(name=name)
    finally:
        _admin(base, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that nobody needs afterwards."""
    with tempfile.TemporaryDirectory(prefix="hkbio-test-", dir=in_memory()) as folder:
        yield Path(folder)


def migrated_sqlite(folder: Path) -> Path:
    """Make the migrated SQLite file that the others are copied from."""
    file = folder / "template.sqlite3"
    schema.upgrade(f"sqlite:///{file}")
    return file


def replaced_sqlite(template: Path, folder: Path) -> str:
    """A copy of a SQLite database at this folder's one address."""
    file = folder / "test.sqlite3"
    for old in folder.glob(f"{file.name}*"):
        old.unlink()
    shutil.copy(template, file)
    return f"sqlite:///{file}"


def fresh_sqlite(template: Path, folder: Path) -> str:
    """A copy of a SQLite database."""
    file = folder / f"{uuid.uuid4().hex}.sqlite3"
    shutil.copy(template, file)
    return f"sqlite:///{file}"
