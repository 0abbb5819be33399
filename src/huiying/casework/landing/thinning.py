"""Rules without what asks for few letters, for who is not told of few. Pure.

Blurred counts alone hide no letter: "a frequent word" and "a frequent word, or a rare one" give the same
count exactly where nobody wrote the rare one. So what is rare is not asked for at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from huiying.routing.rules.definitions import CONDITIONS, Folded, Rule, RuleSet

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
    return replace(rule, **lists)


def _is_common[T](name: str, asked: str, letters: Letters[T], common: Common[T]) -> bool:
    condition: dict[str, Any] = {name: (asked,)}
    alone = Rule(**condition)
    return common([each for each, letter in letters if alone.fits(letter)])
