"""`@verb`: every change of state is one durable transaction; a verb called by a verb joins it."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from django.db import IntegrityError, connection, transaction

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
    return _verb(function, lambda: transaction.atomic(durable=True))


def single_statement_verb[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A verb that writes with one statement (`insert_together`) and nothing else.

    PostgreSQL makes that statement a transaction of its own, so BEGIN and COMMIT and their two round
    trips are saved. Called by another verb it joins that one's transaction like any verb.
    """
    return _verb(function, _own_transaction)


def _own_transaction() -> AbstractContextManager[None]:
    if connection.in_atomic_block:
        return transaction.atomic(durable=True)  # which refuses a transaction that is no verb's
    return nullcontext()


def _verb[**P, R](
    function: Callable[P, R], transaction_of: Callable[[], AbstractContextManager[None]]
) -> Callable[P, R]:
    parameters = inspect.signature(function).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    if kinds != {inspect.Parameter.KEYWORD_ONLY} or "actor" not in parameters:
        raise TypeError(f"{function.__qualname__} must take keyword-only parameters with an actor.")

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if running():
            return function(*args, **kwargs)
        try:
            with transaction_of(), _inside():
                return function(*args, **kwargs)
        except IntegrityError as error:
            refusal = _by_constraint.get(broken_constraint(error))
            if refusal is None:
                raise
            raise refusal from error

    call.is_verb = True  # type: ignore[attr-defined]
    return call
