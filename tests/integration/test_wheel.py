"""The wheel alone, in an environment with nothing but the pinned dependencies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

ROOT = Path(__file__).resolve().parents[2]
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution, as a packager would."""
    out = tmp_path_factory.mktemp("dist")
    build = ["-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    assert list(out.glob("*.tar.gz"))
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed away from the checkout."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    lock = ("--require-hashes", "-r", str(ROOT / "requirements.lock"))
    subprocess.run([python, *PIP, *lock], check=True)
    subprocess.run([python, *PIP, "--no-deps", str(wheel)], check=True)
    return folder / "bin" / "hkbio-gmp"


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HKBIO_", "PYTHON"))}
    return {**kept, "HKBIO_ENV": "demo"}


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(command: Path, folder: Path) -> Iterator[str]:
    port = str(free_port())
    arguments = [str(command), "serve", "--port", port, "--no-scheduler"]
    server = subprocess.Popen(arguments, cwd=folder, env=environment())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def patient_client() -> requests.Session:
    client = requests.Session()
    retry = Retry(total=240, backoff_factor=0.1, backoff_max=0.5)
    client.mount("http://", HTTPAdapter(max_retries=retry))
    return client


def test_templates_migrations_and_catalogue_are_inside_when_built(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    templates = (path for path in (ROOT / "templates").rglob("*") if path.is_file())
    versions = (ROOT / "migrations/versions").glob("*.py")
    wanted = {f"hkbio_gmp/{path.relative_to(ROOT)}" for path in (*templates, *versions)}
    assert wanted <= names
    assert "hkbio_gmp/translations/zh_Hant_HK/LC_MESSAGES/messages.mo" in names


def test_page_is_served_when_only_the_wheel_is_installed(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> int:
        command = [str(installed), *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment()).returncode

    assert run("db", "upgrade") == 0
    assert run("db", "check") == 0
    with serving(installed, tmp_path) as address, patient_client() as client:
        page = client.get(f"{address}/login?lang=zh_Hant_HK", timeout=30)
        style = client.get(f"{address}/static/vendor/htmx@2.0.11/htmx.min.js", timeout=30)
    assert page.status_code == style.status_code == 200
    assert 'lang="zh-Hant-HK"' in page.text
    assert (tmp_path / "instance").is_dir()
