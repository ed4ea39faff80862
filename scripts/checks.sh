#!/usr/bin/env bash
# Format, lint, types, architecture, templates, translations.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$1"; }

say "format";       .venv/bin/ruff format --check .
say "lint";         .venv/bin/ruff check .
say "types";        .venv/bin/mypy
say "architecture"; .venv/bin/lint-imports
say "templates";    .venv/bin/djlint templates --lint --quiet
say "translations"; .venv/bin/python scripts/translations.py --check
