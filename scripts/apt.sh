#!/usr/bin/env bash
# Installs system packages without asking anything; needs root.
set -euo pipefail

command -v apt-get >/dev/null || exit 1
export DEBIAN_FRONTEND=noninteractive
echo "installing ${*} …" >&2
apt-get update -qq </dev/null || true
apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
