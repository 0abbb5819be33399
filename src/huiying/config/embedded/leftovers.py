"""Databases in root's system folder whose data folder is gone: of trials and benches, mostly.

A database is never taken for left over while its data folder is there, a server or a command uses it,
or nobody can say whose it is. One whose data folder was moved belongs to the new place from its next
start on.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huiying.config.embedded import locks, postmaster
from huiying.config.embedded.folders import Folders, owner_of, system_folder

LEAVING = "leaving-"
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - to recognise a path, nothing is written


@dataclass(frozen=True)
class LeftOver:
    """One database, the data folder that it belonged to, when it was used last (Unix time), its bytes."""

    home: Path
    data: Path
    used: float
    size: int

    @property
    def of_trial(self) -> bool:
        """Whether its data folder lay where nothing is kept."""
        places = (*TEMPORARY, Path(tempfile.gettempdir()).resolve())
        return any(self.data.is_relative_to(place) for place in places)


def left_over() -> list[LeftOver]:
    """What is left over and belongs to whoever asks, by name."""
    homes = sorted(system_folder().glob("database-*"))
    return [
        LeftOver(home, data, _used(home), sum(_sizes(home)))
        for home in homes
        if (data := _gone(home)) is not None
    ]


def remove(found: LeftOver) -> bool:
    """Remove it; False where it is used after all. One that was half removed goes as well."""
    place = Folders(found.home)
    with locks.exclusive(place.starting_lock):
        users = locks.opened(place.users_lock)
        try:
            if not locks.alone(users) or _gone(found.home) is None:
                return False
            # First another name: what a crash leaves of it is nobody's database.
            found.home.rename(found.home.with_name(f"{LEAVING}{found.home.name}"))
        finally:
            os.close(users)
    for half in system_folder().glob(f"{LEAVING}*"):
        shutil.rmtree(half)
    return True


def _gone(home: Path) -> Path | None:
    """The data folder that `home` belonged to; None where it is there, or may be."""
    if home.is_symlink() or not home.is_dir() or home.stat().st_uid != os.geteuid():
        return None
    data = owner_of(home)
    if data is None or not data.is_absolute() or postmaster.living(Folders(home).cluster):
        return None
    try:
        data.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return data
    except OSError:  # a disk that does not answer
        return None
    return None


def _used(home: Path) -> float:
    """When its server last wrote down where it stands; when the home was made, where none ever did."""
    control = Folders(home).cluster / "global" / "pg_control"
    return (control if control.exists() else home).stat().st_mtime


def _sizes(home: Path) -> Iterator[int]:
    for folder, _folders, files in os.walk(home):
        for name in files:
            yield (Path(folder) / name).lstat().st_size
