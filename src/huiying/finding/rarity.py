"""How seldom pairs of neighbouring characters are: by which of them to look for a text, and what each counts
for. Reckoned from the newest texts and kept for a while, for it need not be exact.
"""

import functools
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import connection
from django.db.models import Max

from huiying.finding.grams import FIRST_TEXTS, few, grams_of, many
from huiying.finding.models import Text
from huiying.kernel import time

SAMPLE = 2_000  # texts
KEPT_FOR = timedelta(minutes=10)
KEPT_FROM = 200  # texts; a smaller sample is taken anew each time
RAREST = 6  # pairs by which a text is looked up
UNSEEN = 12  # and of those that the sample has not: most stand nowhere, the others in few texts
MOST_FOR_ONE = 2_000  # a pair that more texts are likely to have tells too little


@dataclass(frozen=True)
class Rarity:
    """In how many of `sample` texts each pair stands, and at most in how many a pair of each number of the
    index, of either kind; there are about `texts` of them.
    """

    counts: Mapping[int, int]
    numbers: Mapping[int, int]
    sample: int
    texts: int

    def weigh(self, gram: int) -> float:
        """Seldom pairs count for more than those that every text has."""
        return self._of_count(self.counts.get(gram, 0))

    def _of_count(self, count: int) -> float:
        return math.log(1 + (self.sample + 1) / (1 + count))

    @functools.cached_property
    def _weights(self) -> dict[int, float]:
        by_count = {count: self._of_count(count) for count in set(self.counts.values())}
        return {gram: by_count[count] for gram, count in self.counts.items()}

    @functools.cached_property
    def least(self) -> float:
        """What the commonest pair counts for."""
        return self._of_count(max(self.counts.values(), default=0))

    def weigh_all(self, grams: Iterable[int]) -> float:
        """What they count for together."""
        unseen = itertools.repeat(self._of_count(0))
        return sum(map(self._weights.get, grams, unseen))

    def rarest(self, grams: Iterable[int]) -> list[int]:
        """The index's numbers of the few of `grams` that fewest texts have; none that is likely to stand in
        very many. Those that the sample does not have may still stand in an older text.
        """
        wanted, first = list(grams), min(self.texts, FIRST_TEXTS)
        return self._rarest(map(few, wanted), first) + self._rarest(
            map(many, wanted), self.texts - first
        )

    def _rarest(self, numbers: Iterable[int], texts: int) -> list[int]:
        """Of the numbers that so many of the texts have."""
        if not texts:
            return []
        scale = texts / max(self.sample, 1)
        by_count = sorted((self.numbers.get(pair, 0), pair) for pair in set(numbers))
        unseen = [pair for count, pair in by_count if not count] if scale > 1 else []
        seen = [pair for count, pair in by_count if count and count * scale <= MOST_FOR_ONE]
        return unseen[:UNSEEN] + seen[:RAREST]


_kept: dict[tuple[str, str], tuple[datetime, Rarity]] = {}
_reckoning = Lock()  # one thread at a time; the others go on with what is known


def rarity_of(kind: str) -> Rarity:
    """What is seldom among the texts of one kind. Two queries, or none while the last reckoning is good, or
    somebody else makes a new one.
    """
    where, now = (str(connection.settings_dict["NAME"]), kind), time.now()
    known = _kept.get(where)
    if known is not None and now - KEPT_FOR < known[0] <= now:
        return known[1]
    free = _reckoning.acquire(blocking=False)
    try:
        if known is not None and not free:
            return known[1]
        found = _reckoned(kind)
    finally:
        if free:
            _reckoning.release()
    if found.sample >= KEPT_FROM:
        _kept[where] = (now, found)
    return found


def _reckoned(kind: str) -> Rarity:
    newest = Text.objects.filter(kind=kind).order_by("-at", "-id")
    texts = list(newest.values_list("text", flat=True)[:SAMPLE])
    counts = Counter(gram for text in texts for gram in grams_of(text.replace(" ", "")))
    numbers: Counter[int] = Counter()
    for gram, count in counts.items():
        numbers[few(gram)] += count
        numbers[many(gram)] += count
    whole = len(texts) < SAMPLE
    total = len(texts) if whole else Text.objects.aggregate(most=Max("id"))["most"]
    return Rarity(counts, numbers, len(texts), total)
