"""How the states of a case look. Their words come from the case; colour is only ever an addition."""

from dataclasses import dataclass

from huiying.casework.states import State


@dataclass(frozen=True, slots=True)
class StateShown:
    label: str
    tone: str
    icon: str


TONES = {
    State.RECEIVED: "info",
    State.TRIAGED: "info",
    State.ASSIGNED: "accent",
    State.IN_PROGRESS: "accent",
    State.WAITING: "warning",
    State.RETURNED: "warning",
    State.ANSWERED: "success",
    State.CLOSED: "plain",
}


def shown(code: str) -> StateShown:
    """Words, tone and icon of a state's code; raises ValueError for a code that is no state."""
    state = State(code)
    return StateShown(str(state.label), TONES[state], state.value)
