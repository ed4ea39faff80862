#!/usr/bin/env bash
# Every check and test, in the order in which they fail fastest.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/checks.sh
printf '\n== tests\n'
.venv/bin/python -m tests.run -m "not soak" --durations=15 --durations-min=5 tests
