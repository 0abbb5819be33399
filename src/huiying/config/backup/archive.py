"""The archive: a plain tar (its parts are compressed already, or sealed, which does not compress).

Its last part, the manifest, says what the others must be: an archive without it is not whole. It is
written under a temporary name, and renamed only when the disk has all of it.
"""

import contextlib
import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from huiying.config.backup.errors import BackupError

CHUNK = 1024 * 1024
UNFINISHED = ".part"


@dataclass(frozen=True)
class Part:
    """One file of the archive: its size in bytes and the SHA-256 of its content, in hex."""

    name: str
    size: int
    sha256: str


class Writer:
    """Adds parts whose size nobody knows before they are written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, name: str, chunks: Iterable[bytes], modified: int) -> Part:
        """Write one part, whole or not at all; `modified` is its time in seconds since 1970."""
        start = self._file.tell()
        try:
            return self._add(name, chunks, modified, start)
        except BaseException:
            self._file.seek(start)
            self._file.truncate()
            raise

    def _add(self, name: str, chunks: Iterable[bytes], modified: int, start: int) -> Part:
        info = tarfile.TarInfo(name)
        info.mode, info.mtime = 0o600, modified
        self._file.write(b"\0" * len(_header(info)))
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
            self._file.write(chunk)
            info.size += len(chunk)
        self._file.write(b"\0" * (-info.size % tarfile.BLOCKSIZE))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(_header(info))
        self._file.seek(end)
        return Part(name, info.size, digest.hexdigest())


def _header(info: tarfile.TarInfo) -> bytes:
    """In GNU's form the length of a header does not depend on the size that it states."""
    return info.tobuf(tarfile.GNU_FORMAT)


@contextlib.contextmanager
def written(target: Path) -> Iterator[Writer]:
    """A new archive, there and whole after the block, or not there at all."""
    unfinished = target.with_name(f".{target.name}{UNFINISHED}")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield Writer(file)
            file.write(tarfile.NUL * (2 * tarfile.BLOCKSIZE))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    keep_names(target.parent)


def sweep_unfinished(folder: Path) -> int:
    """Remove what killed backups left; the caller sees to it that none is at work here."""
    left = [path for path in folder.glob(f".huiying-*{UNFINISHED}") if path.is_file()]
    for path in left:
        path.unlink()
    return len(left)


def keep_names(folder: Path) -> None:
    """Have the disk remember which files are in `folder`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """An archive opened for reading; nothing of it is unpacked by a name that it states."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - `opened` closes it
            self.names = self._tar.getnames()
        except FileNotFoundError:
            raise BackupError(f"There is no archive {path}.") from None
        except (OSError, EOFError, tarfile.TarError) as error:
            raise BackupError(
                f"{path} cannot be read as an archive of huiying backup: {type(error).__name__}."
            ) from None

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of the part `name`. Raises BackupError where it is missing or cut short."""
        try:
            file = self._tar.extractfile(name)
        except KeyError:
            file = None
        if file is None:
            raise BackupError(f"The archive lacks its part {name}.")
        with file:
            try:
                while chunk := file.read(CHUNK):
                    yield chunk
            except tarfile.ReadError:
                raise BackupError(f"The archive ends in the middle of {name}.") from None

    def close(self) -> None:
        """Let go of the file."""
        self._tar.close()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """The archive at `path`, for reading."""
    reader = Reader(path)
    try:
        yield reader
    finally:
        reader.close()


def hashed(chunks: Iterable[bytes]) -> tuple[int, str]:
    """Size in bytes and SHA-256 in hex."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
