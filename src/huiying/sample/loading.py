"""How far the sample of a demo is loaded: a file beside its data, for all processes of the demo."""

import os
from dataclasses import dataclass
from pathlib import Path

NAME = "demo-loading"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `whole` letters are here."""

    done: int
    whole: int


def tell(data: Path, progress: Progress) -> None:
    """Say how far it is; the old word or the new one is there, never half of one."""
    scratch = data / f"{NAME}.{os.getpid()}"
    scratch.write_text(f"{progress.done} {progress.whole}\n")
    scratch.replace(data / NAME)


def finish(data: Path) -> None:
    """Say that everything is loaded."""
    (data / NAME).unlink(missing_ok=True)


def progress(data: Path) -> Progress | None:
    """How far it is; None where nothing is being loaded."""
    try:
        done, whole = (data / NAME).read_text().split()
    except FileNotFoundError:
        return None
    return Progress(int(done), int(whole))
