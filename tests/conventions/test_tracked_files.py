"""What must never stand in a file that is kept."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from tests.conventions.sources import ROOT, tracked_text

UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
CODE = (".py", ".html", ".js", ".css", ".sh", ".toml")


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except FileNotFoundError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def registry_hosts() -> set[str]:
    """Hosts that this machine installs from, asked of its own tools, never spelled out here."""
    apt = Path("/etc/apt")
    lists = [*apt.glob("sources.list"), *apt.glob("sources.list.d/*")]
    told = [
        *_said("pip", "config", "list").splitlines(),
        _said("npm", "config", "get", "registry"),
        *(file.read_text(encoding="utf-8", errors="replace") for file in lists),
    ]
    found = {PyPI.netloc, PyPI.file_storage_domain}
    for text in told:
        found |= set(re.findall(r"https?://(?:[^/@\s']*@)?([^/:\s']+)", text))
    return {host for host in found if "." in host and not _is_address(host)}


def test_no_registry_is_named_when_files_are_kept() -> None:
    hosts = registry_hosts()
    found = [f"{name}: {host}" for name, text in tracked_text() for host in hosts if host in text]
    assert not found


def test_no_path_of_this_machine_stands_when_files_are_kept() -> None:
    places = "|".join(re.escape(f"{place}/") for place in (ROOT, Path.home()))
    machine = re.compile(rf"(?<![\w.-])({places})")
    assert not [name for name, text in tracked_text() if machine.search(text)]


def test_nothing_is_left_unfinished_when_files_are_kept() -> None:
    unfinished = ("NotImplemented" + "Error", "pytest." + "skip", "mark." + "skip", "x" + "fail")
    found = [
        name
        for name, text in tracked_text()
        if name.endswith(CODE)
        and (UNFINISHED.search(text) or any(word in text for word in unfinished))
    ]
    assert not found


@pytest.mark.parametrize("folder", ["hkbio_gmp/static/vendor", "tests/vendor"])
def test_vendored_files_are_the_published_ones_when_hashed(folder: str) -> None:
    base = ROOT / folder
    lines = (base / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = [path for path in base.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    hashed = {str(f.relative_to(base)): sha256(f.read_bytes()).hexdigest() for f in files}
    assert hashed == listed


@pytest.mark.parametrize("folder", ["hkbio_gmp/static/vendor", "tests/vendor"])
def test_each_vendored_package_brings_its_licence_when_shipped(folder: str) -> None:
    packages = [path for path in (ROOT / folder).iterdir() if path.is_dir()]
    assert packages
    assert all(list(package.glob("LICENSE*")) for package in packages)


def test_no_address_stands_in_lock_files_when_read() -> None:
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "package-lock.json"]
    assert not [lock.name for lock in locks if "://" in lock.read_text(encoding="utf-8")]
