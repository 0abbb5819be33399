"""Where uploaded files lie until they are imported: random names, readable by this program alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.doors import tables
from huiying.doors.errors import FileRefused
from huiying.kernel.identifiers import random_label

PIECE = 1024 * 1024
NAME_LETTERS = 32
# A name ends as the content is; what else an uploaded file was called is not kept.
ENDINGS = (".csv.gz", ".csv", ".xlsx", ".gz", ".txt")


def path_of(name: str) -> Path:
    """Where the file with this name lies, there or not."""
    folder: Path = settings.IMPORTS_FOLDER
    return folder / name


def keep(source: IO[bytes], *, name: str, size: int) -> str:
    """Write an upload down, on disk when this returns; the name that it has from now on.

    Raises FileRefused where it is empty, larger than allowed, or of another kind by its name.
    """
    ending = next((each for each in ENDINGS if name.lower().endswith(each)), "")
    if not ending:
        raise FileRefused(
            _("Choose a CSV file (.csv, .csv.gz) or an Excel workbook (.xlsx)."), field="file"
        )
    if not size:
        raise FileRefused(_("The file is empty."), field="file")
    if size > settings.IMPORT_BYTES:
        raise FileRefused(
            _("The file is larger than %(most)d MB. Split it, or import it by the command line.")
            % {"most": settings.IMPORT_BYTES // 1024**2},
            field="file",
        )
    kept = f"{random_label(NAME_LETTERS)}{ending}"
    settings.IMPORTS_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.seek(0)
    descriptor = os.open(path_of(kept), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := source.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return kept


def look_into(name: str) -> None:
    """Raise FileRefused where the file cannot be read as a table at all."""
    with tables.opened(path_of(name)):
        pass


def remove(name: str) -> None:
    """Remove a file, there or not."""
    path_of(name).unlink(missing_ok=True)


def names_older_than(moment: float) -> Iterator[str]:
    """Files written before `moment` (seconds since 1970)."""
    folder = path_of("")
    if folder.is_dir():
        for each in folder.iterdir():
            if each.stat().st_mtime < moment:
                yield each.name
