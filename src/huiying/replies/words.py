"""The words of an answer, and when they are complete."""

import re
import unicodedata
from dataclasses import asdict, dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework.states import Outcome
from huiying.casework.words import fitting, required
from huiying.kernel.refusals import Invalid
from huiying.replies.errors import TellsOfSomebody
from huiying.replies.states import Audience

type Sentence = str | Promise

LONGEST = {"title": 120, "question": 2_000, "text": 10_000, "reason": 1_000}
LONGEST_CODE = 20
# What a unit may say came of it; a resident alone withdraws.
OUTCOMES = [outcome for outcome in Outcome if outcome != Outcome.WITHDRAWN]

MISSING: dict[str, Sentence] = {
    "title": _("Give the answer a title."),
    "question": _("Say in a few words what was asked, without personal data."),
    "text": _("Write the answer."),
    "outcome": _("Say what came of it."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """`question` is the desk's own summary of what was asked, without personal data."""

    title: str = ""
    question: str = ""
    text: str = ""
    outcome: str = ""
    audience: str = Audience.PRIVATE

    def trimmed(self) -> "Words":
        """These words as they are kept: without the white space around each."""
        return replace(
            self, title=self.title.strip(), question=self.question.strip(), text=self.text.strip()
        )

    def problems(self, *, complete: bool) -> dict[str, Sentence]:
        """What is wrong, by field. A draft may lack parts; what goes to review may not."""
        found: dict[str, Sentence] = {}
        for field, text in asdict(self).items():
            try:
                fitting(text, field, most=LONGEST.get(field, LONGEST_CODE))
            except Invalid as refusal:
                found[field] = refusal.said
        if self.audience not in Audience.values:
            found["audience"] = _("Choose who is to read it.")
        if self.outcome and self.outcome not in OUTCOMES:
            found["outcome"] = MISSING["outcome"]
        if complete:
            for field, sentence in MISSING.items():
                if not getattr(self, field).strip():
                    found.setdefault(field, sentence)
        return found

    def check(self, *, complete: bool) -> None:
        """Raise Invalid for the first problem."""
        for field, sentence in self.problems(complete=complete).items():
            raise Invalid(sentence, field=field)


# What tells of one person: a mail address, a number of seven digits or more however it is written
# (telephone, identity card, bank card), a Chinese number plate. Names are not recognised.
TELLS_OF_SOMEBODY = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|(?:\d[ \-–]?){7,}|[\u4e00-\u9fff][A-Z][·.\- ]?[A-Z0-9]{5,6}(?![A-Z0-9])"
)
# A day and an hour are no such number: 2026-11-22, 2026-11-22 08:30.
DAY = re.compile(r"\b(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?\b")


def check_public_reason(reason: str) -> str:
    """`check_reason` for words that everybody reads at once, although one person alone writes them.

    Raises TellsOfSomebody where they hold what looks like somebody's number, plate or mail address.
    """
    said = check_reason(reason)
    if TELLS_OF_SOMEBODY.search(DAY.sub("…", unicodedata.normalize("NFKC", said))):
        raise TellsOfSomebody(field="reason")
    return said


def check_reason(reason: str) -> str:
    """The reason as it is kept; raises Invalid where there is none, or too much of it."""
    return required(reason, "reason", most=LONGEST["reason"])
