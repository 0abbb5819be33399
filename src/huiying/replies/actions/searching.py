"""Searching at the desk. It changes nothing, and yet is an act: who looked for what stands in the record."""

from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huiying.casework.actions.looking import record_shown
from huiying.casework.policy import READS_ALL, READS_BELOW
from huiying.finding.searching import read_query
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import erase_payloads_of, write
from huiying.replies.reads.searching import MADE, Asked, Hits, hits


def may_search(actor: Actor) -> bool:
    """Those who read letters search them; leaders and administrators read none."""
    return actor.has(*READS_ALL, *READS_BELOW)


@verb
def search(*, actor: Actor, query: str, asked: Asked, older: str = "", exact: bool = False) -> Hits:
    """What the actor finds among the letters and answers that they may read; all counted where `exact`.

    Raises NotAllowed, AboutSomebody, TooLong; Invalid where nothing is searched for. The words stand in
    the payload of the entry, which can be erased. A letter of which words are shown counts as opened, or
    searches could read it piece by piece unseen.
    """
    if not may_search(actor):
        raise NotAllowed
    words = read_query(query)
    if not words:
        raise Invalid(_("Write what you are looking for."), field="q")
    found = hits(actor, words, asked, older, exact=exact)
    record_shown(actor=actor, letters=found.letters)
    said = {key: value for key, value in asdict(asked).items() if value}
    data = said | {"words": list(words), "hits": found.total}
    write(actor=actor, action=MADE, subject=f"search:{random_label()}", data=data)
    return found


@verb
def erase_searches(*, actor: Actor, before: datetime) -> int:
    """Erase the words of all searches up to a moment; how many there were. For retention alone.

    That, when and by whom was searched stays.
    """
    if not actor.has("system"):
        raise NotAllowed
    count = erase_payloads_of(MADE, before=before)
    if count:
        subject = f"searches:{before.isoformat(timespec='seconds')}"
        write(actor=actor, action="searches.erased", subject=subject, data={"count": count})
    return count
