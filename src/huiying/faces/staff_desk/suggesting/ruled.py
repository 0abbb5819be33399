"""What a rule fills the forms of a case with; whoever sorts and assigns decides."""

from huiying.casework.reads import CaseShown
from huiying.casework.states import State


def ruled_category(shown: CaseShown) -> str:
    """The category that a rule says, while nobody has sorted the case; empty for none."""
    said = shown.machine
    return said.to if said is not None and shown.state == State.RECEIVED else ""


def ruled_unit(shown: CaseShown) -> str:
    """The unit that a rule says, where the case is still about what the rule says; empty for none."""
    said = shown.machine
    if said is None or said.to not in {"", shown.category_code}:
        return ""
    return said.unit
