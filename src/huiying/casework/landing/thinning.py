"""Rules without what asks for few letters, for who is not told of few. Pure.

Blurred counts alone hide no letter: "a frequent word" and "a frequent word, or a rare one" give the same
count exactly where nobody wrote the rare one. So what is rare is not asked for at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from huiying.routing.rules.definitions import CONDITIONS, Folded, Rule, RuleSet

DAY = 24 * 60  # minutes

type Letters[T] = Sequence[tuple[T, Folded]]
type Common[T] = Callable[[Sequence[T]], bool]


def thinned[T](rules: RuleSet, letters: Letters[T], common: Common[T]) -> RuleSet:
    """Each word, place and so on that common many letters have; and of the rules with these alone, those
    that are the first to fit so many.
    """
    kept: list[Rule] = []
    left = list(letters)
    for rule in rules.rules:
        thin = _thin(rule, letters, common)
        if thin is None:
            continue
        hits = [each for each, letter in left if thin.fits(letter)]
        if common(hits):
            kept.append(thin)
            left = [pair for pair in left if not thin.fits(pair[1])]
    return RuleSet(tuple(kept))


def _thin[T](rule: Rule, letters: Letters[T], common: Common[T]) -> Rule | None:
    """None where a condition is left without anything to ask for."""
    lists: dict[str, Any] = {}
    for name in CONDITIONS:
        asked = getattr(rule, name)
        lists[name] = tuple(each for each in asked if _is_common(name, each, letters, common))
        if asked and not lists[name]:
            return None
    thin = replace(rule, **lists)
    return _in_common_hours(thin, letters, common) if rule.start else thin


def _in_common_hours[T](rule: Rule, letters: Letters[T], common: Common[T]) -> Rule | None:
    """The full hours within those of the rule, without the ones at either end in which few letters came:
    two rules that differ by minutes, or by a quiet hour, ask the same. None where no hour is left.
    """
    hours = _full_hours(rule)
    while hours and not _is_busy(hours[0], letters, common):
        hours = hours[1:]
    while hours and not _is_busy(hours[-1], letters, common):
        hours = hours[:-1]
    if not hours:
        return None
    return replace(rule, start=_clock(hours[0]), until=_clock(hours[-1] + 1))


def _full_hours(rule: Rule) -> list[int]:
    """In their order, the first of them first."""
    first = -(-_minutes(rule.start) // 60)
    until = _minutes(rule.until) + (DAY if rule.until < rule.start else 0)
    return [hour % 24 for hour in range(first, until // 60)]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(hour: int) -> str:
    return f"{hour % 24:02}:00"


def _is_busy[T](hour: int, letters: Letters[T], common: Common[T]) -> bool:
    alone = Rule(start=_clock(hour), until=_clock(hour + 1))
    return common([each for each, letter in letters if alone.fits(letter)])


def _is_common[T](name: str, asked: str, letters: Letters[T], common: Common[T]) -> bool:
    condition: dict[str, Any] = {name: (asked,)}
    alone = Rule(**condition)
    return common([each for each, letter in letters if alone.fits(letter)])
