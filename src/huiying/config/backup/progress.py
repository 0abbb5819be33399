"""A word every few seconds on how far something long has come."""

import time
from collections.abc import Callable, Iterable, Iterator

SECONDS = 2.0
MEBIBYTE = 1024 * 1024

Say = Callable[[str], None]


def metered(chunks: Iterable[bytes], what: str, say: Say, total: int = 0) -> Iterator[bytes]:
    """The chunks as they come; says `what` and how much, from the second on that it takes long.

    `total` is in bytes; 0 where nobody knows.
    """
    done, told = 0, time.monotonic()
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if time.monotonic() - told > SECONDS:
            told = time.monotonic()
            say(f"  {what}: {_shown(done, total)}")


def _shown(done: int, total: int) -> str:
    if not total:
        return f"{done // MEBIBYTE:,} MiB"
    return f"{done // MEBIBYTE:,} of {total // MEBIBYTE:,} MiB ({100 * done // total} %)"
