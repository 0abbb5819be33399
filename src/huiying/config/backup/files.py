"""The attachments' folder. What is finished there was put on disk before its row was committed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from huiying.config import places
from huiying.config.backup.archive import CHUNK, hashed, keep_names
from huiying.config.backup.errors import BackupError

FOLDER = "attachments"


def folder() -> Path:
    """Where attachments lie, whether there are any or not."""
    return places.data_folder() / FOLDER


def finished(top: Path) -> list[str]:
    """The files below `top` by their relative names, in order; hidden ones are still being written."""
    found = []
    for path in top.rglob("*"):
        relative = path.relative_to(top)
        hidden = any(part.startswith(".") for part in relative.parts)
        if not hidden and path.is_file() and not path.is_symlink():
            found.append(relative.as_posix())
    return sorted(found)


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def put(top: Path, name: str, content: Iterable[bytes]) -> None:
    """Write one file below `top`, there and whole or not there, and on disk when this returns."""
    target = inside(top, name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(target)
    keep_names(target.parent)


def inside(top: Path, name: str) -> Path:
    """The path of `name` below `top`. Raises BackupError for a name that leads out of it."""
    parts = Path(name).parts
    if not parts or name.startswith("/") or any(part.startswith(".") for part in parts):
        raise BackupError(f"The archive names a file that cannot be one of ours: {name!r}.")
    return top.joinpath(*parts)


def differs(top: Path, name: str, sha256: str) -> bool:
    """Whether the file is missing, or other than this."""
    path = inside(top, name)
    return not path.is_file() or hashed(chunks(path))[1] != sha256
