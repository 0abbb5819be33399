#!/usr/bin/env bash
# Makes the virtual environment: finds a Python >= 3.12, fills it with the pinned, hashed packages.
set -euo pipefail
venv=${1:-.venv}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in "${HUIYING_PYTHON:-}" python3.14 python3.13 python3.12 python3 \
      "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python \
      "${XDG_DATA_HOME:-$HOME/.local/share}"/uv/python/cpython-3.1[2-9]*/bin/python3; do
    [ -n "$candidate" ] || continue
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    if new_enough "$candidate"; then echo "$candidate"; return 0; fi
  done
  return 1
}

if ! [ -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
  if ! python=$(find_python); then
    cat >&2 <<'HELP'
Huiying needs Python 3.12 or newer, and none was found.
  Debian 13, Ubuntu 24.04 or newer:  sudo apt install python3 python3-venv
  macOS:                             brew install python@3.13
  anywhere:                          pipx install uv && uv python install 3.13
If it lies elsewhere, name it:       HUIYING_PYTHON=/path/to/python make setup
HELP
    exit 1
  fi
  echo "Using $("$python" --version) at $python"
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi

if ! [ -x "$venv/bin/uv" ]; then
  echo "Fetching the installer…"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
fi
echo "Installing packages…"
export VIRTUAL_ENV="$PWD/$venv"
"$venv/bin/uv" pip install --quiet --require-hashes -r requirements/test.txt
"$venv/bin/uv" pip install --quiet --no-deps --editable .
# Compiled now: otherwise each of the half dozen processes of the first start does it for itself, and of
# every start where PYTHONDONTWRITEBYTECODE is set. A file that does not compile fails where it is used.
# What nothing here imports, nearly half of it all, is left out.
"$venv/bin/python" -m compileall -qq -j 0 -x 'site-packages/(.*/)?(tests|moto|mypy|mypyc|pip|pygments)/' \
  "$venv"/lib/python3*/site-packages src/huiying || true
echo "Ready: $venv/bin/huiying"
