"""The attachments as an archive holds them: `ab/ab…`, whether they lie in a folder or in a bucket.

What is finished there was put away for good before its row was committed.
"""

from collections.abc import Iterable, Iterator

from django.conf import settings

from huiying.config.backup.archive import CHUNK, hashed
from huiying.config.backup.errors import BackupError
from huiying.intake.keeping import store
from huiying.intake.names import path_of


def place() -> str:
    """Where they lie, in words for the one who runs the command."""
    bucket = settings.FILES_BUCKET
    return f"The bucket {bucket.bucket}" if bucket else str(settings.FILES_FOLDER)


def found() -> dict[str, int]:
    """The path and the size in bytes of everything there, whether a letter names it or not."""
    return dict(store().listed())


def chunks(path: str) -> Iterator[bytes]:
    """The content of a file. Raises FileNotFoundError."""
    with store().open(name_of(path)) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def put(path: str, content: Iterable[bytes]) -> None:
    """Write one file, there and whole or not there, and for good when this returns.

    What an interrupted restore left of it is written anew.
    """
    name = name_of(path)
    store().remove(name)
    store().write(name, content)


def name_of(path: str) -> str:
    """The name of the file at `path` of an archive. Raises BackupError for a path that is none of ours."""
    name = path.rpartition("/")[2]
    try:
        fits = path_of(name) == path
    except ValueError:
        fits = False
    if not fits:
        raise BackupError(f"The archive names a file that cannot be one of ours: {path!r}.")
    return name


def differs(path: str, sha256: str) -> bool:
    """Whether the file is missing, or other than this."""
    try:
        return hashed(chunks(path))[1] != sha256
    except FileNotFoundError:
        return True
