"""Names of migrations."""

from __future__ import annotations

import re

from alembic.script import ScriptDirectory

from hkbio_gmp import paths


def test_revision_is_the_file_name_when_listed() -> None:
    folder = paths.migrations()
    script = ScriptDirectory(str(folder))
    revisions = sorted(revision.revision for revision in script.walk_revisions())
    files = sorted(path.stem for path in (folder / "versions").glob("*.py"))
    assert revisions == files
    assert all(re.fullmatch(r"\d{4}_[a-z_0-9]+", name) for name in files)


def test_history_is_one_line_when_followed() -> None:
    script = ScriptDirectory(str(paths.migrations()))
    line = [revision.revision for revision in script.walk_revisions()]
    assert len(script.get_heads()) == 1
    assert line == sorted(line, reverse=True)
