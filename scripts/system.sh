#!/usr/bin/env bash
# Installs what tests need of the system: PostgreSQL, Chromium and a Chinese font.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ||
    missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
command -v setpriv >/dev/null || missing+=(util-linux)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! bash "$(dirname "$0")/apt.sh" "${missing[@]}"; then
    echo "tests need these packages; install them and try again: ${missing[*]}" >&2
    exit 1
fi
