"""A demonstration that was cut short is named, never served as if it were whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from hkbio_gmp.cli.main import root
from hkbio_gmp.demo import is_cut_short, is_empty, loading


class PowerCut(Exception):
    """The machine goes off."""


@pytest.fixture
def cut(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A load that ended in the middle: everybody has an account, and nothing else happened."""

    def go_off(*_arguments: object) -> None:
        raise PowerCut

    monkeypatch.setattr(loading.papers, "plan", go_off)
    with pytest.raises(PowerCut):
        loading.load()
    return app


def test_load_is_known_as_cut_short_when_it_did_not_end(cut: Flask) -> None:
    assert (is_empty(), is_cut_short()) == (False, True)


def test_empty_database_is_not_cut_short_when_nothing_was_loaded(app: Flask) -> None:
    assert (is_empty(), is_cut_short()) == (True, False)


def test_half_a_demonstration_is_refused_in_a_line_when_it_would_be_served(
    cut: Flask, database_url: str, tmp_path: Path
) -> None:
    env = {
        "HKBIO_ENV": "demo",
        "HKBIO_DATABASE_URL": database_url,
        "HKBIO_INSTANCE": str(tmp_path),
    }
    served = CliRunner().invoke(root, ["serve", "--demo", "--no-scheduler"], env=env)
    assert served.exit_code == 2
    assert "not loaded to their end" in served.stderr
    assert len(served.stderr.strip().splitlines()) == 1
