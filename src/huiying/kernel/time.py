"""The one source of time. Everything asks `time.now()`; tests and imports of past letters set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_fixed: ContextVar[datetime | None] = ContextVar("fixed_moment", default=None)


def now() -> datetime:
    """The present moment in UTC, with its zone."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (with a zone) inside the block; for tests and sample data."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def days(count: float) -> timedelta:
    """`count` calendar days of 24 hours."""
    return timedelta(days=count)
