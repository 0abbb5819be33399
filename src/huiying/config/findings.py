"""What a look at an installation yields."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a finding is: `broken` makes the command fail, `warning` does not."""

    good = "good"
    warning = "warning"
    broken = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked; `mend` says what to do unless it is good."""

    check: str
    state: State
    says: str
    mend: str = ""


def graded(check: str, worst: State, good: str, bad: str, mend: str, *, well: bool) -> Finding:
    """The finding `good` where all is well, else `bad` with what mends it."""
    return Finding(check, State.good, good) if well else Finding(check, worst, bad, mend)
