"""Keeping what is not sent yet. It changes no case and says nothing to others: no entry is written."""

from collections.abc import Mapping

from huiying.casework import policy
from huiying.casework.desk_models import UnfinishedWords
from huiying.casework.unfinished import FIELDS, KEPT_FOR, own_words
from huiying.casework.words import fitting
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.kernel.verbs import verb


@verb
def keep_words(*, actor: Actor, number: int, act: str, words: Mapping[str, str]) -> bool:
    """Keep the words of an act for this person alone; with none, forget what was kept. True if kept.

    Raises NotFound for a case out of sight or an act without words, Invalid for words that do not fit.
    """
    case = policy.find(actor, number)
    if act not in FIELDS:
        raise NotFound
    accounts = actor.scopes("account")
    if not accounts:
        raise NotAllowed
    said = {name: fitting(words.get(name, ""), name) for name in FIELDS[act]}
    kept = {name: text for name, text in said.items() if text}
    if not kept:
        own_words(actor).filter(case=case, act=act).delete()
        return False
    UnfinishedWords.objects.update_or_create(
        account_id=int(accounts[0]),
        case=case,
        act=act,
        defaults={"words": kept, "at": time.now()},
    )
    return True


@verb
def forget_unfinished(*, actor: Actor) -> int:
    """Forget what nobody came back to; how many. For the system alone."""
    if not actor.has("system"):
        raise NotAllowed
    old = UnfinishedWords.objects.filter(at__lt=time.now() - KEPT_FOR)
    return old.delete()[0]
