#!/usr/bin/env bash
# Makes .venv with the pinned dependencies of the lock file given.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1

python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or later is needed; install the package python3" >&2
    exit 1
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        if [ "$(id -u)" != 0 ] || ! bash scripts/apt.sh "$package"; then
            echo "this Python has no venv; install the package $package" >&2
            exit 1
        fi
    fi
    "$python" -m venv --clear .venv
fi
.venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
