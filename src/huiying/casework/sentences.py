"""Entries told in sentences, for the desk's timeline. Entries keep codes; the words are made here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiying.casework.plain_sentences import SENTENCES, WITHOUT_DETAILS
from huiying.casework.tellers.of_entries import TELLERS
from huiying.casework.tellers.words import Data, Words, way
from huiying.kernel.names import localized


@dataclass(frozen=True, slots=True)
class Told:
    """One act as the timeline shows it: `note` is what somebody said, `who` did it."""

    at: datetime
    action: str
    sentence: str
    who: str
    note: str = ""
    tone: str = "plain"


def who_did(actor: str, name: dict[str, str] | None, unit: dict[str, str] | None) -> str:
    """The actor of an entry in words: name and unit of staff, "the writer", "the system"."""
    kind = actor.partition(":")[0]
    if kind == "staff" and name:
        return f"{localized(name)} · {localized(unit)}" if unit else localized(name)
    known = {
        "staff": _("A member of staff"),
        "resident": _("The writer"),
        "stranger": _("The writer"),
        "helper": _("A helper of the writer"),
        "system": _("The system"),
    }
    return known.get(kind, _("The desk"))


# Told by another entry of the same act.
LEFT_OUT = frozenset({"case.emptied", "submission.files_erased", "exchange.question", "reply.save"})
LEFT_OUT |= {"exchange.news", "exchange.interim"}
# The case's own entry tells these, unless they put a corrected text in place.
TOLD_BY_CASE = frozenset({"reply.send", "reply.publish"})
# What somebody said, by the key of the payload that holds it.
NOTES = ("words", "proof")


def told(at: datetime, action: str, data: Data | None, who: str, words: Words) -> Told | None:
    """One entry as a line of the timeline; None for one that another line tells.

    An act that is not known here is named by its code rather than left out.
    """
    said = data or {}
    if data is None and action in WITHOUT_DETAILS:
        return Told(at, action, _(WITHOUT_DETAILS[action]), who)
    if action in LEFT_OUT or (action in TOLD_BY_CASE and not said.get("correction")):
        return None
    if said.get("via"):
        for_whom = {"who": who, "way": way(str(said["via"]))}
        if said.get("spoken_by"):
            who = _("%(who)s, for a helper of the writer: %(way)s") % for_whom
        else:
            who = _("%(who)s, for the writer: %(way)s") % for_whom
    note = next((str(said[key]) for key in NOTES if said.get(key)), "")
    if action in TELLERS:
        teller, tone = TELLERS[action]
        return Told(at, action, teller(said, words), who, note, tone)
    if action in SENTENCES:
        sentence, tone = SENTENCES[action]
        return Told(at, action, _(sentence), who, note, tone)
    return Told(at, action, _("Another act was recorded."), who, action)
