"""How the record calls a case."""

from typing import Protocol


class Labelled(Protocol):
    """A `CaseFile`, or what was read of one."""

    @property
    def label(self) -> str: ...


def subject(case: Labelled) -> str:
    """The label by which the record knows this case."""
    return f"case:{case.label}"
