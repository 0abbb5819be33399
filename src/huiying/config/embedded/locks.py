"""Locks on files that the kernel lets go when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def opened(path: Path) -> int:
    """A descriptor to lock: of a folder as it is, of a file made where it is missing."""
    if path.is_dir():
        return os.open(path, os.O_RDONLY)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Nobody else is inside at the same time; waits for as long as it takes."""
    descriptor = opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def share(descriptor: int) -> None:
    """Be one of several holders."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def alone(descriptor: int) -> bool:
    """True, and held alone, where there is no other holder; if not, the share is given up."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
