"""Keeping what is not sent yet. It changes no case and says nothing to others: no entry is written."""

from collections.abc import Mapping

from huiying.accounts.actions.unsent import keep_unsent
from huiying.accounts.unsent import about_case
from huiying.casework import policy
from huiying.casework.unfinished import FIELDS, place_of
from huiying.casework.words import fitting
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import verb


@verb
def keep_words(*, actor: Actor, number: int, act: str, words: Mapping[str, str]) -> bool:
    """Keep the words of an act for this person alone; with none, forget what was kept. True if kept.

    Raises NotFound for a case out of sight or an act without words, Invalid for words that do not fit.
    """
    case = policy.find(actor, number)
    if act not in FIELDS:
        raise NotFound
    said = {name: fitting(words.get(name, ""), name) for name in FIELDS[act]}
    return keep_unsent(
        actor=actor,
        place=place_of(case.number, act),
        words=said,
        about=[about_case(case.number)],
    )
