"""`@verb`: every change of state is one durable transaction; a verb called by a verb joins it."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import IntegrityError, transaction

from huiying.kernel.refusals import Refusal

_by_constraint: dict[str, type[Refusal]] = {}
_running: ContextVar[bool] = ContextVar("verb_running", default=False)


@contextmanager
def _inside() -> Iterator[None]:
    token = _running.set(True)
    try:
        yield
    finally:
        _running.reset(token)


def running() -> bool:
    """True inside a verb; what must be part of one (an entry, an outbox row) asks it."""
    return _running.get()


def refuse_on(constraint: str, refusal: type[Refusal]) -> None:
    """Say which refusal a broken database constraint means; each noun calls it for its own."""
    _by_constraint[constraint] = refusal


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL reported, or the empty string."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def verb[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a keyword-only function with a required `actor`.

    The outermost call opens a transaction that must be the outermost one too (`durable`), so that
    its return means "committed". Constraints named by `refuse_on` come out as refusals.
    """
    parameters = inspect.signature(function).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    if kinds != {inspect.Parameter.KEYWORD_ONLY} or "actor" not in parameters:
        raise TypeError(f"{function.__qualname__} must take keyword-only parameters with an actor.")

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if running():
            return function(*args, **kwargs)
        try:
            with transaction.atomic(durable=True), _inside():
                return function(*args, **kwargs)
        except IntegrityError as error:
            refusal = _by_constraint.get(broken_constraint(error))
            if refusal is None:
                raise
            raise refusal from error

    call.is_verb = True  # type: ignore[attr-defined]
    return call
