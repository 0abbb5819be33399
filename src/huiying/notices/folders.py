"""Files in place of sending, for trials and demos: one file a message, written whole or not at all."""

import os
from pathlib import Path


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """Write `<folder>/<name>` for its owner alone; the same name again replaces it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / name)
