"""Data sets that stand beside the repository where this project is made; tests on them skip elsewhere."""

from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """The folder `shared/data/<name>` beside this checkout or a folder above it."""
    for above in Path(__file__).resolve().parents:
        found = above / "shared" / "data" / name
        if found.is_dir():
            return found
    pytest.skip(f"shared/data/{name} is not here")
