"""Where sealed files lie. One small interface; a name is random, and is written once."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

NAME = re.compile(r"[0-9a-z]{32}")


class Store(Protocol):
    """Keeps sealed bytes by name. `write` returns when a power cut can no longer take them away."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Raises FileExistsError where the name is taken."""

    def open(self, name: str) -> IO[bytes]:
        """Raises FileNotFoundError."""

    def remove(self, name: str) -> None:
        """Removing what is not there is no error."""


class Folder:
    """A folder of the local disk, mode 0700, with 1024 folders in it by the name's first two letters."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError("A file's name has 32 letters and digits.")
        return self.root / name[:2] / name

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
    return Folder(settings.FILES_FOLDER)
