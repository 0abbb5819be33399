"""What may stand in the words of a session: nothing that says who somebody is, and no piece of a letter.

Guests read them, and who has a task. So a refusal says what was found, to who has just typed it.
"""

import re
from collections.abc import Iterable

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework.models import Report
from huiying.casework.part_models import Part
from huiying.casework.words import required
from huiying.finding.masking import find
from huiying.intake.models import Submission
from huiying.intake.opening import each_opened
from huiying.kernel.names import listed
from huiying.supervision.joint_sessions.errors import RepeatsLetter, SaysWho

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


def own_words(words: str, field: str, *, cases: Iterable[int], most: int) -> str:
    """`fitting_words` that repeat no piece of a letter of these cases (ids), nor its code. Raises
    RepeatsLetter. Two queries.
    """
    kept = fitting_words(words, field, most=most)
    for code, body in _letters(list(cases)):
        if _plain(code) in _plain(kept):
            said = _("This gives the code of a letter. Take it out.")
            raise RepeatsLetter(said, field=field)
        if run := shared_run(kept, body):
            said = _("This repeats the letter: “%(run)s”. Say it in your own words.")
            raise RepeatsLetter(said % {"run": run}, field=field)
    return kept


def _letters(cases: list[int]) -> Iterable[tuple[str, str]]:
    """Code and words of each letter that stands with one of the cases or was made one, and of each whole
    letter of which they have a part.
    """
    here = Q(case__in=cases) | Q(own_case__in=cases)
    parts = Part.objects.filter(Q(report__case__in=cases) | Q(report__own_case__in=cases))
    rows = Report.objects.filter(here | Q(pk__in=parts.values("letter")))
    letters = Submission.objects.filter(report__in=rows)
    return ((letter.code, words.body) for letter, words in each_opened(letters))


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
