"""A life cycle as a table of steps: each noun has its own, applied by compare-and-set, walked by a test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step[State]:
    """`verb` leads from any of `sources` to `target`; `roles` may do it.

    Each of `guards` names a rule that must hold as well; the noun's policy knows the rules by name.
    """

    verb: str
    sources: frozenset[State]
    target: State
    roles: frozenset[str]
    guards: tuple[str, ...] = ()


def step[State](
    verb: str, sources: set[State], target: State, roles: str, guards: str = ""
) -> Step[State]:
    """One row of the table; roles and guards are parted by spaces."""
    return Step(verb, frozenset(sources), target, frozenset(roles.split()), tuple(guards.split()))
