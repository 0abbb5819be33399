#!/usr/bin/env bash
# Every check that reads the code without running it. Each one's complaint says what to do.
# `--without-types` leaves out the longest one, for whoever runs it beside something else.
set -euo pipefail
bin=${VENV:-.venv}/bin
step() { echo "· $1"; shift; "$@"; }
step "ruff" "$bin/ruff" check src tests bench tools
step "ruff format" "$bin/ruff" format --check --quiet src tests bench tools
[ "${1:-}" = --without-types ] || step "mypy --strict" "$bin/mypy"
step "import-linter" "$bin/lint-imports" --no-cache
step "djade" bash -c "git ls-files -co --exclude-standard 'src/*.html' | xargs -r $bin/djade --target-version 6.1 --check"
step "translations" "$bin/python" tools/messages.py --check
