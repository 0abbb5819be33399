"""The closed list of harm facts. A fact that is not here makes nothing urgent; the list is public.

It only grows. A code keeps its sentence and its level for good, since letters and cases hold it: what is no
longer asked for gets its day in `withdrawn`, what means something else a new code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(IntEnum):
    """How urgent; what is harmed most comes first."""

    USUAL = 0
    SOON = 1
    FIRST = 2
    NOW = 3

    @property
    def code(self) -> str:
        """As promises and addresses write it: now, first, soon, usual."""
        return self.name.lower()

    @property
    def label(self) -> str | Promise:
        return LABELS[self]


LABELS = {
    Level.USUAL: pgettext_lazy("urgency", "In its turn"),
    Level.SOON: pgettext_lazy("urgency", "Soon"),
    Level.FIRST: pgettext_lazy("urgency", "Before others"),
    Level.NOW: pgettext_lazy("urgency", "At once"),
}
CODES = {level.code: level for level in Level}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: `said` is the sentence that is ticked, `ground` the law or rule behind it, if one is. From
    the day `withdrawn` on nobody can say it any more; where it was said before, it counts as before.
    """

    code: str
    level: Level
    said: str | Promise
    ground: str | Promise = ""
    withdrawn: date | None = None


DANGER, PEOPLE_10, PEOPLE_100, LEGAL_DATE = "danger", "people_10", "people_100", "legal_date"

FACTS: tuple[Fact, ...] = (
    Fact(DANGER, Level.NOW, _("Somebody's life or health is in danger right now")),
    Fact(
        "hazard",
        Level.FIRST,
        _("Somebody can be hurt if it stays as it is: an open manhole, a bare wire, a loose wall"),
        _("Civil Code, article 1258: whoever looks after a manhole or the like answers for it"),
    ),
    Fact(
        "weather",
        Level.FIRST,
        _("No heating, power or water at home in great heat or cold"),
        _("Civil Code, articles 653 and 656: what fails is to be mended in good time"),
    ),
    Fact(
        "need",
        Level.FIRST,
        _("Somebody has nothing to eat, or nowhere to sleep tonight"),
        _("Interim Measures for Social Assistance: help in sudden need comes in short order"),
    ),
    Fact(
        PEOPLE_100, Level.FIRST, _("It reaches 100 people or more: an estate, a school, a village")
    ),
    Fact(
        "vulnerable",
        Level.SOON,
        _("It reaches a child, or somebody old, ill, disabled or expecting a child"),
        _("Law on the Protection of Minors, article 11, for what harms a child"),
    ),
    Fact(
        "utilities",
        Level.SOON,
        _("No water, power, gas or heating at home"),
        _("Civil Code, articles 653 and 656: what fails is to be mended in good time"),
    ),
    Fact(PEOPLE_10, Level.SOON, _("It reaches 10 people or more: a staircase, a street")),
    Fact(
        LEGAL_DATE,
        Level.SOON,
        _("By law something is lost or due on a certain day"),
        _("The law, ruling or notice that names the day"),
    ),
)
BY_CODE = {fact.code: fact for fact in FACTS}
# How many people: one of these at most is ticked.
PEOPLE = (PEOPLE_10, PEOPLE_100)


def offered() -> tuple[Fact, ...]:
    """The facts that can be said now, in the order of the list."""
    return tuple(fact for fact in BY_CODE.values() if fact.withdrawn is None)


def withdrawn() -> tuple[Fact, ...]:
    """Those that count only where they were said before."""
    return tuple(fact for fact in BY_CODE.values() if fact.withdrawn is not None)


def in_order(codes: Iterable[str]) -> list[Fact]:
    """The facts with these codes in the order of the list; what it does not know is left out."""
    wanted = set(codes)
    return [fact for fact in BY_CODE.values() if fact.code in wanted]
