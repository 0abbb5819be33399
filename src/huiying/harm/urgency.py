"""From facts to urgency. Nothing else enters: no words, channel, unit, event or number of letters."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from huiying.harm.facts import BY_CODE, LEGAL_DATE, Level


@dataclass(frozen=True, slots=True)
class Need:
    """How urgent something is, and the day that the law sets, if it sets one."""

    level: Level = Level.USUAL
    by: date | None = None


NO_NEED = Need()


def need_of(facts: Collection[str], legal_date: date | None = None) -> Need:
    """The urgency of the most harmful of these facts (codes). A day counts only with its fact.

    A withdrawn fact weighs what it did. Raises KeyError for what never was on the list.
    """
    level = max((BY_CODE[code].level for code in facts), default=Level.USUAL)
    return Need(level, legal_date if LEGAL_DATE in facts else None)


def sooner(first: date | None, second: date | None) -> date | None:
    """The sooner of two days of the law, either of which may be none."""
    return min((day for day in (first, second) if day is not None), default=None)
