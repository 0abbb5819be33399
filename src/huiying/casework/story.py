"""The way of a case in sentences for the resident who wrote: where it stands, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiying.casework.deadlines import Clock
from huiying.casework.extensions import ExtensionLine
from huiying.casework.states import TAKEN_UP_AGAIN, State
from huiying.kernel.days import day_in_words
from huiying.kernel.names import chinese


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a letter stands. `unit` and `outcome` are in words, empty where there is none."""

    state: str
    withdrawn_at: datetime | None
    declined: bool
    unit: str
    outcome: str
    round: int
    reopen_until: datetime | None
    paused_until: datetime | None
    voted: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """`now` says where the letter stands, `next` what comes next."""

    now: str
    next: str


@dataclass(frozen=True, slots=True)
class Step:
    """One move of the case, its unit, category and outcome in words; `due_after_wait` is that of a `Move`."""

    at: datetime
    verb: str
    unit: str
    category: str
    outcome: str
    round: int
    due_after_wait: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One sentence of the timeline; `tone` is a tone of the look."""

    at: datetime
    sentence: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One station on the way of the letter."""

    label: str
    done: bool
    current: bool
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerBy:
    """Until when the answer is promised, in a sentence, empty once it is over; and why it takes longer."""

    sentence: str
    reasons: tuple[str, ...]


def answer_by(
    clock: Clock, extended: Sequence[ExtensionLine], told_since: Sequence[str]
) -> AnswerBy:
    """The promise of an answer, with the extensions that were granted in this round; and what the unit told
    the writer, newest last, since the day was over.
    """
    if clock.ended_at is not None or clock.paused:
        return AnswerBy("", ())
    late = [line for line in extended if line.late]
    if clock.late:
        said = [_("The answer was promised by %(when)s.") % {"when": _moment(clock.due_at)}]
        said += [
            _("We now mean to answer by %(when)s.") % {"when": _moment(line.until)}
            for line in late[-1:]
        ]
    else:
        said = [_("Answer by %(when)s.") % {"when": _moment(clock.due_at)}]
    times = len(extended) - len(late)
    if times:
        said.append(
            ngettext("Extended once.", "Extended %(count)d times.", times) % {"count": times}
        )
    space = "" if chinese() else " "
    reasons = [line.reason for line in extended if line.reason]
    return AnswerBy(space.join(said), tuple(reasons) + tuple(told_since[-1:]))


def _moment(at: datetime) -> str:
    comma = "" if chinese() else ","
    return f"{day_in_words(at, weekday=True)}{comma} {timezone.localtime(at):%H:%M}"


def told(standing: Standing) -> Told:
    """The two sentences at the head of the writer's page."""
    if standing.withdrawn_at is not None:
        return Told(
            _("You withdrew this letter."),
            _("Nothing more is done about it. If you change your mind, please write to us anew."),
        )
    if standing.declined:
        now = _("We cannot handle this ourselves; below you find who can.")
        return Told(now, _objecting(standing))
    now, following = _sentences()[State(standing.state)]
    words = {
        "unit": standing.unit,
        "outcome": standing.outcome,
        "pause": _pause(standing),
        "reopening": _reopening(standing),
    }
    return Told(now % words, following % words)


def _sentences() -> dict[State, tuple[str, str]]:
    return {
        State.RECEIVED: (
            _("We have your letter."),
            _("Our desk reads it and gives it to the unit that is responsible."),
        ),
        State.TRIAGED: (
            _("Our desk has read your letter and knows what it is about."),
            _("Next it is given to the unit that is responsible."),
        ),
        State.ASSIGNED: (
            _("Your letter is with this unit: %(unit)s."),
            _("It takes the matter on, or tells our desk why it is not the right one."),
        ),
        State.IN_PROGRESS: (
            _("%(unit)s is working on it."),
            _("It looks into the matter and answers you. If something is unclear, it asks here."),
        ),
        State.WAITING: (
            _("%(unit)s has a question for you."),
            "%(pause)s",
        ),
        State.RETURNED: (
            _("Your letter is back at our desk."),
            _("We look for the unit that is responsible. The clock runs on."),
        ),
        State.SPLIT: (
            _("Your letter is about several matters, and each is handled on its own."),
            _("Below you see each part: who has it, by when you hear, the answer and your say."),
        ),
        State.ANSWERED: (_("Your letter has been answered."), "%(reopening)s"),
        State.CLOSED: (_("This matter is closed. Result: %(outcome)s."), "%(reopening)s"),
    }


def _pause(standing: Standing) -> str:
    if standing.paused_until is None:
        return _("Please answer it below. The clock is running again meanwhile.")
    day = day_in_words(standing.paused_until)
    return _(
        "Please answer it below. Until you do, the clock stands still, at the longest until %(day)s."
    ) % {"day": day}


def _too_late() -> str:
    return _("The time for taking it up again is over. You can always write to us anew.")


def _objecting(standing: Standing) -> str:
    if standing.reopen_until is None:
        return _too_late()
    day = day_in_words(standing.reopen_until)
    return _("If you think that we can, you can have it taken up again until %(day)s.") % {
        "day": day
    }


def _reopening(standing: Standing) -> str:
    if standing.reopen_until is None:
        return _too_late()
    day = day_in_words(standing.reopen_until)
    if standing.voted:
        return _(
            "You have told us how it stands. Until %(day)s you can have it taken up again."
        ) % {"day": day}
    return _(
        "Please tell us whether the problem is solved. If it is not, you can have it taken up "
        "again until %(day)s."
    ) % {"day": day}


AT_STATION = {
    State.RECEIVED: 0,
    State.TRIAGED: 0,
    State.RETURNED: 0,
    State.SPLIT: 0,
    State.ASSIGNED: 1,
    State.IN_PROGRESS: 2,
    State.WAITING: 2,
    State.ANSWERED: 3,
    State.CLOSED: 4,
}
# The verbs that bring a letter to each station after the first.
REACHED_BY = (
    frozenset({"assign", "reassign"}),
    frozenset({"accept", *TAKEN_UP_AGAIN}),
    frozenset({"answer", "answer_unreviewed", "answer_at_once"}),
    frozenset({"close"}),
)


def steps(standing: Standing, received_at: datetime, moves: Sequence[Step]) -> tuple[PathStep, ...]:
    """The stations of the way, those of the present round dated."""
    received = PathStep(_("Received"), done=True, current=False, at=received_at)
    if standing.withdrawn_at is not None:
        return (received, PathStep(_("Withdrawn"), True, True, standing.withdrawn_at))
    if standing.declined:
        at = moves[-1].at if moves else None
        return (received, PathStep(_("Not ours"), True, True, at))
    if standing.state == State.SPLIT:
        parted = [move.at for move in moves if move.verb == "split"]
        return (
            received,
            PathStep(_("Split into parts"), True, True, parted[-1] if parted else None),
        )
    here = AT_STATION[State(standing.state)]
    labels = (_("With a unit"), _("Being worked on"), _("Answered"), _("Closed"))
    found = [PathStep(received.label, True, here == 0, received_at, _note_on_first(standing))]
    for place, (label, verbs) in enumerate(zip(labels, REACHED_BY, strict=True), start=1):
        at = _last(moves, verbs, standing.round) if place <= here else None
        waits = place == here and standing.state == State.WAITING
        note = _("waiting for your answer") if waits else ""
        found.append(PathStep(label, place <= here, place == here, at, note))
    return tuple(found)


def _note_on_first(standing: Standing) -> str:
    return _("back at our desk") if standing.state == State.RETURNED else ""


def _last(moves: Sequence[Step], verbs: frozenset[str], present_round: int) -> datetime | None:
    """The newest of this round, or where the round began past this station, of all."""
    found = [move for move in moves if move.verb in verbs]
    of_round = [move for move in found if move.round == present_round]
    return (of_round or found)[-1].at if found else None


def events(received_at: datetime, moves: Sequence[Step], own: Sequence[Event]) -> tuple[Event, ...]:
    """The timeline, newest first."""
    found = [Event(received_at, _("We received your letter.")), *own]
    unit_before = ""
    for move in moves:
        event = _event(move, unit_before)
        if event is not None:
            found.append(event)
        unit_before = move.unit
    return tuple(sorted(found, key=lambda event: event.at, reverse=True))


TONES = {"ask_resident": "warning"} | dict.fromkeys(REACHED_BY[2], "success")


def _event(move: Step, unit_before: str) -> Event | None:
    said = {
        "triage": _("Our desk sorted it: %(category)s."),
        "assign": _("Our desk gave it to this unit: %(unit)s."),
        "reassign": _("Our desk gave it to another unit: %(unit)s."),
        "accept": _("%(unit)s took it on."),
        "return_to_desk": _("%(before)s sent it back; our desk looks for the right unit."),
        "undo_triage": _("Our desk took that back, to sort it anew."),
        "undo_assign": _("Our desk took it back, to give it to the right unit."),
        "undo_accept": _("%(unit)s took back that it had taken it on."),
        "take_back_from_named": _("Our desk took it back from the unit that you complain about."),
        "ask_resident": _("%(unit)s asked you a question. The clock stands still."),
        "resume": _("The clock runs again."),
        "interim": _("%(unit)s told you how it stands."),
        "answer": _("%(unit)s answered. Result: %(outcome)s."),
        "answer_unreviewed": _("%(unit)s answered. Result: %(outcome)s."),
        "answer_at_once": _("Our desk answered. Result: %(outcome)s."),
        "close": _("The matter was closed. Result: %(outcome)s."),
        "decline": _("Our desk found that others are responsible."),
        "reopen": _("The matter was taken up again."),
        "extend": _("A later day was set for the answer; this page says which and why."),
        "weigh": _("Our desk said anew how urgent it is; this page says why."),
        "take_out": _("The matter was taken up again, on its own."),
        "join": _("Others wrote about the same; our desk handles these letters together."),
        "unjoin": _("Our desk handles your letter on its own again."),
        "split": _("Our desk split it into parts, each handled on its own."),
        "split_off": _("Our desk wrote out this part and sorted it: %(category)s."),
        "unsplit": _("Our desk took the split back, before anything was done."),
        "adopt_calendar": _(
            "Holidays or working hours changed, and the day you hear by with them."
        ),
    }.get(move.verb)
    if said is None:
        return None
    words = {
        "unit": move.unit,
        "before": unit_before or _("The unit"),
        "category": move.category,
        "outcome": move.outcome,
    }
    return Event(move.at, said % words, TONES.get(move.verb, "plain"))
