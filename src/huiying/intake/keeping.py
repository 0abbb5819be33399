"""Where sealed files lie. One small interface; a name is random, and is written once."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from huiying.intake.bucket import Bucket
from huiying.intake.names import path_of


class Store(Protocol):
    """Keeps sealed bytes by name. All of them raise OSError where the disk or the bucket fails."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Returns when a power cut can no longer take it away; before, nothing is there."""

    def open(self, name: str) -> IO[bytes]:
        """Raises FileNotFoundError."""

    def remove(self, name: str) -> None:
        """Removing what is not there is no error."""

    def listed(self) -> Iterator[tuple[str, int]]:
        """Everything finished that lies there, ours or not: its path (`ab/ab…`) and its size in bytes."""


class Folder:
    """A folder of the local disk, mode 0700, with 1024 folders in it by the name's first two letters."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, name: str) -> Path:
        return self.root / path_of(name)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._path(name)
        self._make_folder(path.parent)
        if path.exists():
            raise FileExistsError(name)
        unfinished = _unfinished(path)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _fsync_folder(path.parent)

    def open(self, name: str) -> IO[bytes]:
        return self._path(name).open("rb")

    def remove(self, name: str) -> None:
        path = self._path(name)
        _unfinished(path).unlink(missing_ok=True)
        if path.exists():
            path.unlink()
            _fsync_folder(path.parent)

    def listed(self) -> Iterator[tuple[str, int]]:
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root)
            hidden = any(part.startswith(".") for part in relative.parts)
            if not hidden and path.is_file() and not path.is_symlink():
                yield relative.as_posix(), path.stat().st_size

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        _fsync_folder(self.root)
        _fsync_folder(self.root.parent)


def _unfinished(path: Path) -> Path:
    """Hidden while it is written, so that no backup takes half a file."""
    return path.with_name(f".{path.name}")


def _fsync_folder(folder: Path) -> None:
    """A new name is durable once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store() -> Store:
    """The store that the settings name."""
    return Bucket(settings.FILES_BUCKET) if settings.FILES_BUCKET else Folder(settings.FILES_FOLDER)
