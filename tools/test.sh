#!/usr/bin/env bash
# Everything that must hold before a commit: lint, then every test on the embedded database.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

find_chromium() {
  local name
  for name in "${HUIYING_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    if [ -n "$name" ] && command -v "$name"; then return 0; fi
  done
  return 1
}

if ! HUIYING_CHROMIUM=$(find_chromium); then
  cat >&2 <<'HELP'
The browser tests need Chromium, and none was found.
  Debian:   sudo apt install chromium fonts-noto-cjk
  Ubuntu:   sudo snap install chromium
  macOS:    brew install --cask chromium
If it lies elsewhere, name it: HUIYING_CHROMIUM=/path/to/chromium make test
HELP
  exit 1
fi
export HUIYING_CHROMIUM

bash tools/lint.sh --without-types
# The types take one core for half a minute, so the tests begin beside them.
said=$(mktemp)
"$bin/mypy" >"$said" 2>&1 &
types=$!
trap 'kill "$types" 2>/dev/null || true; rm -f "$said"' EXIT
# One process a core; more would only wait for each other.
result=0
"$bin/pytest" -n "${HUIYING_TEST_PROCESSES:-2}" --dist worksteal "$@" || result=$?
if ! wait "$types"; then
  echo "· mypy --strict" >&2
  cat "$said" >&2
  result=1
fi
exit "$result"
