"""What may stand in the words of a session: nothing that says who somebody is, and no piece of a letter.

Guests read them, and who has a task. So a refusal says what was found, to who has just typed it; of a letter
only to who may read it.
"""

import re
from collections.abc import Collection, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiying.casework.models import CaseFile
from huiying.casework.words import required
from huiying.finding.masking import find
from huiying.intake.models import Submission
from huiying.intake.opening import each_opened
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.limits import A_DAY
from huiying.kernel.names import listed
from huiying.supervision.joint_sessions.errors import RepeatsLetter, SaysWho, TooManyWords
from huiying.supervision.joint_sessions.models import SetAside
from huiying.supervision.joint_sessions.policy import letters_of, own_account, reads_letters

MOST_A_DAY = 40  # words of one person that somebody has to look at
# As long as a long name of a place; what repeats more of a letter was copied from it.
LONGEST_RUN = 20
LONGEST_RUN_OF_LATIN = 60
NOT_WORDS = re.compile(r"[\W_]+")
LATIN = re.compile(r"[ -~]+")
KINDS: dict[str, str | Promise] = {
    "mobile": _("mobile number"),
    "landline": _("telephone number"),
    "identity": _("identity number"),
    "card": _("card number"),
    "plate": _("number plate"),
    "mail": _("e-mail address"),
    "passport": _("passport number"),
    "account": _("account name"),
    "name": _("name"),
}


def fitting_words(words: str, field: str, *, most: int) -> str:
    """`words` as they are kept. Raises NeedsWords, Invalid, and SaysWho naming what was found."""
    kept = required(words, field, most=most)
    found = [
        _("“%(text)s” (%(kind)s)")
        % {"text": kept[each.start : each.end].strip(), "kind": KINDS.get(each.kind, each.kind)}
        for each in find(kept)
    ]
    if found:
        said = _("This says who somebody is: %(found)s. Guests may read it. Take it out.")
        raise SaysWho(said % {"found": listed(found)}, field=field)
    return kept


def own_words(
    actor: Actor, words: str, field: str, *, cases: Collection[CaseFile], most: int
) -> tuple[str, bool]:
    """`fitting_words` that repeat no piece of a letter of these cases, nor its code; and whether they wait.

    Who may not read every one of these letters is told the same whatever they wrote, and no letter is opened
    for it: their words wait until somebody has looked at them, lest they try out what stands in a letter.
    Raises RepeatsLetter, TooManyWords. Three queries.
    """
    kept = fitting_words(words, field, most=most)
    if not reads_letters(actor, cases):
        written = SetAside.objects.filter(author=own_account(actor), at__gt=time.now() - A_DAY)
        if written.count() >= MOST_A_DAY:
            raise TooManyWords
        return kept, True
    found = next(repeated([kept], cases))
    if found:
        raise RepeatsLetter(found, field=field)
    return kept, False


def repeated(texts: Collection[str], cases: Collection[CaseFile]) -> Iterator[str]:
    """Of each text, in a sentence, what it repeats of a letter of these cases; empty where it repeats
    nothing. For who may read all of these letters. One query.
    """
    letters = Submission.objects.filter(report__in=letters_of([case.pk for case in cases]))
    bodies = [(letter.code, words.body) for letter, words in each_opened(letters)] if texts else []
    return (_repeated(text, bodies) for text in texts)


def _repeated(text: str, letters: list[tuple[str, str]]) -> str:
    for code, body in letters:
        if _plain(code) in _plain(text):
            return gettext("This gives the code of a letter. Take it out.")
        if run := shared_run(text, body):
            said = gettext("This repeats the letter: “%(run)s”. Say it in your own words.")
            return said % {"run": run}
    return ""


def _plain(text: str) -> str:
    return NOT_WORDS.sub("", text).casefold()


def shared_run(text: str, letter: str) -> str:
    """The first piece of `text`, without punctuation, that stands so in `letter` too and is too long for
    chance; empty where there is none. Linear in both, but for the length of a piece.
    """
    ours, theirs = _plain(text), _plain(letter)
    for length, wanted in ((LONGEST_RUN, False), (LONGEST_RUN_OF_LATIN, True)):
        pieces = {theirs[at : at + length] for at in range(len(theirs) - length + 1)}
        for at in range(len(ours) - length + 1):
            piece = ours[at : at + length]
            if piece in pieces and (LATIN.fullmatch(piece) is not None) == wanted:
                return piece
    return ""
