"""Finding texts, newest first, at any number of them. Whoever asks brings the policy.

A word of Chinese is found wherever its characters stand; one that begins or ends in Latin letters or digits,
only as a whole word. The newest rows are looked through first: a common word fills a page from a few
thousand of them, where the index would first gather every text that has it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Q, QuerySet

from huiying.finding.errors import AboutSomebody, TooLong
from huiying.finding.folding import fold
from huiying.finding.grams import HoldsGrams, grams_of
from huiying.finding.masking import MARK, looks_like_somebody
from huiying.finding.models import Text
from huiying.kernel.paging import Place, beyond

MOST_WORDS = 8
LONGEST_QUERY = 60
MOST_COUNTED = 1000
LOOKED_THROUGH = (2_000, 20_000)
LATIN = "a-z0-9"
ENDS_IN_LATIN = re.compile(f"[{LATIN}]$")
BEGINS_IN_LATIN = re.compile(f"^[{LATIN}]")


@dataclass(frozen=True, slots=True)
class Line:
    """One text that was found: its place in the list (`at`, `id`) and the row that it belongs to."""

    kind: str
    key: int
    at: datetime
    id: int


def read_query(query: str) -> tuple[str, ...]:
    """The words of a search, folded; none for white space and marks alone.

    Raises AboutSomebody, TooLong.
    """
    folded = fold(query.replace("\0", " "))
    words = tuple(dict.fromkeys(folded.split()))
    if len(folded) > LONGEST_QUERY or len(words) > MOST_WORDS:
        raise TooLong
    if looks_like_somebody(query) or looks_like_somebody(folded):
        raise AboutSomebody
    return tuple(word for word in words if MARK not in word)


def pattern_of(word: str) -> str | None:
    """The regular expression of a word with Latin ends, for PostgreSQL and Python; None without."""
    begins, ends = BEGINS_IN_LATIN.search(word), ENDS_IN_LATIN.search(word)
    if not (begins or ends):
        return None
    before = f"(^|[^{LATIN}])" if begins else ""
    after = f"([^{LATIN}]|$)" if ends else ""
    return f"{before}{re.escape(word)}{after}"


def _holds(word: str) -> Q:
    pattern = pattern_of(word)
    return Q(text__contains=word) if pattern is None else Q(text__regex=pattern)


@dataclass(frozen=True, slots=True)
class Search:
    """A search for `words` among the texts of one kind for which `allowed` holds (over `OuterRef("key")`).

    Single characters have no index. Where the search is `bounded`, they are looked for in the newest
    texts past its place alone, and counted there.
    """

    kind: str
    words: Sequence[str]
    allowed: Exists
    bounded: bool = False

    def _texts(self) -> QuerySet[Text]:
        texts = Text.objects.filter(self.allowed, kind=self.kind)
        for word in self.words:
            texts = texts.filter(_holds(word))
        return texts

    def _grams(self) -> set[int]:
        return set().union(*map(grams_of, self.words))

    def _indexed(self) -> QuerySet[Text]:
        grams = self._grams()
        return self._texts().filter(HoldsGrams("text", grams)) if grams else self._texts()

    def newest(self, size: int, after: Place | None = None) -> list[Line]:
        """The first `size` texts past a place, newest first."""
        rest = beyond("at", after, down=True) if after else Q()
        near = self.bounded and not self._grams()
        found: list[Line] = []
        for number in LOOKED_THROUGH:
            last = self._place_of(number, rest)
            newer = Q() if last is None else Q(at__gte=last)
            found = _lines(self._texts().filter(rest, newer), size)
            if last is None or len(found) == size:
                return found
            if not found and not near:
                break
        return found if near else _lines(self._indexed().filter(rest), size)

    def _place_of(self, number: int, rest: Q) -> datetime | None:
        """The time of the text that is so far down the list; None where that is shorter."""
        rows = Text.objects.filter(rest, kind=self.kind).order_by("-at", "-id")
        return rows.values_list("at", flat=True)[number : number + 1].first()

    def count(self) -> int:
        """How many there are, at most `MOST_COUNTED` + 1."""
        texts = self._indexed()
        if self.bounded and not self._grams():
            last = self._place_of(LOOKED_THROUGH[-1], Q())
            texts = texts if last is None else texts.filter(at__gte=last)
        return texts[: MOST_COUNTED + 1].count()


def _lines(texts: QuerySet[Text], size: int) -> list[Line]:
    rows = texts.order_by("-at", "-id").values_list("kind", "key", "at", "id")[:size]
    return [Line(*row) for row in rows]
