"""How states, outcomes and verdicts look. Their words come from the case; colour is only an addition."""

from dataclasses import dataclass

from django.utils.translation import pgettext

from huiying.casework.states import Outcome, State, Vote


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
    State.JOINED: "plain",
    State.SPLIT: "info",
}


def shown(code: str) -> StateShown:
    """Words, tone and icon of a state's code; raises ValueError for a code that is no state."""
    state = State(code)
    return StateShown(str(state.label), TONES[state], state.value)


# What the unit says of its own work is never green: whether it is solved, the resident says.
OUTCOME_TONES = {
    Outcome.SOLVED: "accent",
    Outcome.PARTLY: "accent",
    Outcome.CANNOT_ACT: "warning",
}
VERDICT_TONES = {Vote.SOLVED: "success", Vote.PARTLY: "warning", Vote.NOT_SOLVED: "danger"}
SILENT, REOPENED = "", "reopened"


def outcome_shown(code: str) -> StateShown:
    """Words and tone of what the unit says came of it; ValueError for a code that is no outcome."""
    outcome = Outcome(code)
    return StateShown(str(outcome.label), OUTCOME_TONES.get(outcome, "plain"), "unit")


def verdict_shown(code: str) -> StateShown:
    """Words and tone of what a resident says of an answer; empty for one who has not said."""
    if code == SILENT:
        return StateShown(pgettext("verdict", "has not said"), "plain", "person")
    if code == REOPENED:
        return StateShown(pgettext("verdict", "had it taken up again"), "danger", "person")
    return StateShown(str(Vote(code).label), VERDICT_TONES[Vote(code)], "person")
