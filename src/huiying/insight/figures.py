"""The figures of a brief: each a named filter over its lines, and how they add up.

A figure counts the lines that fit (cases), or sums a column over them (submissions). The same filter
lists the cases behind the number.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from huiying.casework.states import OPEN, State
from huiying.insight.errors import NoSuchFigure
from huiying.insight.states import Clock, Origin, Settled


@dataclass(frozen=True, slots=True)
class Figure:
    """`where` says which lines; `summed` which column is added up (None: the lines are counted)."""

    key: str
    where: Q
    summed: Combinable | None = None

    @property
    def of_submissions(self) -> bool:
        return self.summed is not None

    def total(self) -> Count | Coalesce:
        """The aggregate that gives the number."""
        if self.summed is None:
            return Count("pk", filter=self.where)
        return Coalesce(Sum(self.summed, filter=self.where), 0)


IS_OPEN = Q(state__in=[state.value for state in OPEN])
FIRST_ANSWERS = [Settled.ON_TIME, Settled.LATE]
ANSWERED = Q(answered=True, submissions__gt=0)
VOTES = F("votes_solved") + F("votes_partly") + F("votes_not_solved")

_ALL = (
    # What was in hand: where it came from, and where it is now.
    Figure("in_hand", ~Q(origin="")),
    Figure("carried", Q(origin=Origin.CARRIED)),
    Figure("received", Q(origin=Origin.NEW)),
    Figure("came_back", Q(origin=Origin.BACK)),
    Figure("split_off", Q(origin=Origin.SPLIT)),
    Figure("open", IS_OPEN),
    Figure("done", ~Q(origin="") & ~IS_OPEN),
    # The standing at the end.
    Figure("late", Q(clock=Clock.LATE)),
    Figure("paused", Q(clock=Clock.PAUSED)),
    Figure("soon", Q(clock=Clock.SOON)),
    Figure("in_time", Q(clock=Clock.IN_TIME)),
    Figure("waiting", Q(state=State.WAITING)),
    Figure("decision", ~Q(decision="")),
    Figure("danger_open", IS_OPEN & Q(danger=True)),
    Figure("conduct_open", IS_OPEN & Q(conduct=True)),
    # What happened in the period.
    Figure("danger_received", Q(origin=Origin.NEW, danger=True)),
    Figure("conduct_received", Q(origin=Origin.NEW, conduct=True)),
    Figure("assigned", Q(assigned=True)),
    Figure("returned", Q(returned=True)),
    Figure("answered", Q(answered=True)),
    Figure("answered_on_time", Q(answered=True, settled=Settled.ON_TIME)),
    Figure("answered_late", Q(answered=True, settled=Settled.LATE)),
    Figure("answered_again", Q(answered=True) & ~Q(settled__in=FIRST_ANSWERS)),
    Figure("settled", ~Q(settled="")),
    Figure("withdrawn_first", Q(settled=Settled.WITHDRAWN)),
    Figure("joined_late", Q(settled=Settled.JOINED_LATE)),
    Figure("joined", ~Q(origin="") & Q(state=State.JOINED)),
    Figure("split", ~Q(origin="") & Q(state=State.SPLIT)),
    Figure("reopened", Q(reopened=True)),
    Figure("declined", Q(declined=True)),
    Figure("withdrawn", Q(withdrawn=True)),
    Figure("closed", Q(closed=True)),
    Figure("closed_unanswered", Q(closed_unanswered=True)),
    # Submissions, apart from cases: each stands behind the one case with which it stood at the end.
    Figure("submissions_in_hand", ~Q(origin="") & Q(submissions__gt=0), F("submissions")),
    Figure("submissions_done", ~Q(origin="") & ~IS_OPEN & Q(submissions__gt=0), F("submissions")),
    Figure("submissions_answered", ANSWERED, F("submissions")),
    Figure("submissions_answered_on_time", ANSWERED & Q(settled=Settled.ON_TIME), F("submissions")),
    Figure("submissions_answered_late", ANSWERED & Q(settled=Settled.LATE), F("submissions")),
    Figure(
        "submissions_answered_again", ANSWERED & ~Q(settled__in=FIRST_ANSWERS), F("submissions")
    ),
    Figure("submissions_open", IS_OPEN & Q(submissions__gt=0), F("submissions")),
    Figure("submissions_late", Q(clock=Clock.LATE, submissions__gt=0), F("submissions")),
    Figure("submissions_received", Q(new_submissions__gt=0), F("new_submissions")),
    Figure("submissions_withdrawn", Q(withdrawn_submissions__gt=0), F("withdrawn_submissions")),
    Figure(
        "votes", Q(votes_solved__gt=0) | Q(votes_partly__gt=0) | Q(votes_not_solved__gt=0), VOTES
    ),
    Figure("votes_solved", Q(votes_solved__gt=0), F("votes_solved")),
    Figure("votes_partly", Q(votes_partly__gt=0), F("votes_partly")),
    Figure("votes_not_solved", Q(votes_not_solved__gt=0), F("votes_not_solved")),
)
FIGURES = {figure.key: figure for figure in _ALL}

# Figures whose numbers add up to the first one's; a case is in one of the parts only.
SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("in_hand", ("carried", "received", "came_back", "split_off")),
    ("in_hand", ("open", "done")),
    ("open", ("late", "paused", "soon", "in_time")),
    ("answered", ("answered_on_time", "answered_late", "answered_again")),
    ("settled", ("answered_on_time", "answered_late", "withdrawn_first", "joined_late")),
    ("submissions_in_hand", ("submissions_open", "submissions_done")),
    (
        "submissions_answered",
        ("submissions_answered_on_time", "submissions_answered_late", "submissions_answered_again"),
    ),
    ("votes", ("votes_solved", "votes_partly", "votes_not_solved")),
)

# What a figure can be split by: the column of a line whose values are the parts' keys.
DIMENSIONS = {
    "channel": "channel",
    "category": "category__code",
    "unit": "unit__code",
    "state": "state",
    "decision": "decision",
    "answered_outcome": "answered_outcome",
    "closed_outcome": "closed_outcome",
}

# Which figures are split by what, besides by unit (all are: a brief has one sheet for each unit).
SPLITS: dict[str, tuple[str, ...]] = {
    "received": ("channel", "category"),
    "submissions_received": ("channel", "category"),
    "open": ("state", "category"),
    "late": ("state", "category"),
    "decision": ("decision",),
    "answered": ("category", "answered_outcome"),
    "closed": ("closed_outcome",),
}
NOTHING = "none"  # how an address names the part without a key


def figure(key: str) -> Figure:
    """The figure with this key; raises NoSuchFigure."""
    if key not in FIGURES:
        raise NoSuchFigure
    return FIGURES[key]


def _value(column: str) -> Callable[[str], Q]:
    return lambda value: Q(**{column: "" if value == NOTHING else value})


def _linked(column: str) -> Callable[[str], Q]:
    """For columns of a linked row, where there may be none."""
    return lambda value: (
        Q(**{f"{column.split('__', maxsplit=1)[0]}_id": None})
        if value == NOTHING
        else Q(**{column: value})
    )


def _category(value: str) -> Q:
    """A leaf, or a group with all its leaves."""
    return _linked("category__code")(value) | Q(category__parent__code=value)


NARROWING: dict[str, Callable[[str], Q]] = {
    name: _linked(column) if "__" in column else _value(column)
    for name, column in DIMENSIONS.items()
} | {"category": _category}


def narrowed(parts: dict[str, str]) -> Q:
    """The filter for `{dimension: key}`; raises NoSuchFigure for an unknown dimension."""
    where = Q()
    for name, value in parts.items():
        if name not in NARROWING or "\0" in value:
            raise NoSuchFigure
        where &= NARROWING[name](value)
    return where
