"""Looking texts up by what they share with another one, and saying why two may be about the same matter.

Bounded at any number of texts: the index is asked for a few seldom pairs of characters, and what comes back
is cut off, the newest kept. Who may see what, whoever asks brings.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from huiying.finding.clauses import Clause, ask, shares_pairs
from huiying.finding.likeness import (
    NO_PLACE,
    Heard,
    Likeness,
    Matter,
    Point,
    bigrams,
    bigrams_of_folded,
    heard,
    placed,
    same_category,
)
from huiying.finding.rarity import Rarity
from huiying.finding.whereabouts import road

MOST_READ = 12_000  # texts that the index may name
MOST_KEPT = 2_000
NEARLY_ALL, SIMILAR, SOME = 0.7, 0.35, 0.15  # of the shorter text, counting seldom pairs for more
SAME_PLACE = 0.6  # share of the pairs of two names
BESIDE = 100  # metres between two points
FEW_PAIRS = 4  # fewer say nothing

type Places = Callable[[Sequence[str]], Iterator[tuple[str, Point | None]]]


def _nowhere(labels: Sequence[str]) -> Iterator[tuple[str, Point | None]]:
    return (("", None) for _each in labels)


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for two reports being about one matter. `words`: "nearly", "similar" or empty; `place` is
    true for one place by name, `street` the road that both name; `days` between them, whole.
    """

    words: str
    place: bool
    street: str
    category: bool
    metres: int | None
    days: int


def keys_like(kind: str, text: str, rarity: Rarity) -> list[int]:
    """Keys of the newest texts of `kind` that share one of the rarest pairs of `text` (masked), and of some
    that have another pair with its number; the newest first. One query at most.
    """
    pairs = rarity.rarest(bigrams(text))
    if not pairs:
        return []
    where = Clause("kind = %s", (str(kind),)) & shares_pairs(pairs)
    named = (
        f"SELECT key FROM (SELECT at, key FROM finding_text WHERE {where.sql} LIMIT {MOST_READ})"  # noqa: S608 - our own text
    )
    newest = f"{named} AS named ORDER BY at DESC, key DESC LIMIT {MOST_KEPT}"
    return [key for (key,) in ask(Clause(newest, where.values))]


def texts_of(kind: str, keys: Sequence[int]) -> dict[int, str]:
    """The texts of these keys that the index holds. One query."""
    where = Clause("kind = %s AND key = ANY(%s::bigint[])", (str(kind), list(keys)))
    return dict(ask(Clause(f"SELECT key, text FROM finding_text WHERE {where.sql}", where.values)))  # noqa: S608 - our own text


def likeliest(
    new: Matter, matters: Iterable[Matter], rarity: Rarity, places: Places = _nowhere
) -> Iterator[tuple[str, Why]]:
    """The labels of those that are likely enough to be shown, best first, each with why.

    `matters` come without where they are, their texts folded. `places` is asked once for some of them, and is
    read as far as it takes to know who comes next: none that is left can be likelier.
    """
    ours = _Ours.of(new, rarity)
    candidates = sorted(ours.candidates(matters), key=lambda each: each.most, reverse=True)
    where = places([each.matter.label for each in candidates])
    ready: list[tuple[float, float, str, Why]] = []
    for each in candidates:
        while ready and -ready[0][0] > each.most:
            yield heapq.heappop(ready)[2:]
        place, point = next(where)
        found, reason = ours.weighed(each, replace(each.matter, place=place, point=point))
        if reason is not None:
            heapq.heappush(ready, (-found.score, found.days, found.label, reason))
    while ready:
        yield heapq.heappop(ready)[2:]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One whose place is not known yet; it will not be likelier than `most`."""

    matter: Matter
    heard: Heard
    most: float


@dataclass(frozen=True, slots=True)
class _Ours:
    """What others are compared with, each part of it worked out once."""

    matter: Matter
    rarity: Rarity
    words: frozenset[int]
    weight: float
    place: frozenset[int]
    road: str

    @classmethod
    def of(cls, matter: Matter, rarity: Rarity) -> "_Ours":
        words = bigrams_of_folded(matter.text)
        place, named = bigrams(matter.place), road(matter.place or matter.text)
        return cls(matter, rarity, words, rarity.weigh_all(words), place, named)

    def candidates(self, matters: Iterable[Matter]) -> Iterator[_Candidate]:
        """Those that may be shown, wherever they are."""
        somewhere = bool(self.matter.point or self.place or self.road)
        nearest = 0.0 if self.matter.point or self.place else NO_PLACE
        for each in matters:
            words = bigrams_of_folded(each.text)
            both = self.words & words
            shared = self.rarity.weigh_all(both) if both else 0.0
            # Before their own pairs are weighed: most texts have too little of ours whatever theirs weigh.
            covered = shared / min(self.weight, len(words) * self.rarity.least) if both else 0.0
            if not self._enough(covered, same_category(self.matter, each), placed=somewhere):
                continue
            found = heard(self.matter, each, shared, (self.weight, self.rarity.weigh_all(words)))
            if self._enough(found.covered, found.same_category, placed=somewhere):
                yield _Candidate(each, found, found.score - nearest)

    def _words(self, covered: float) -> float:
        return covered if len(self.words) >= FEW_PAIRS else 0.0

    def _enough(self, covered: float, same: bool, *, placed: bool) -> bool:
        words = self._words(covered)
        if covered < SOME and not same:
            return False
        return words >= SIMILAR or (placed and (same or words >= SOME))

    def weighed(self, candidate: _Candidate, theirs: Matter) -> tuple[Likeness, Why | None]:
        """How like `theirs` is, place and all, and why it may be the same; None where too little speaks for
        it to be shown to anybody.
        """
        named = self.place, bigrams(theirs.place)
        found = placed(candidate.heard, self.matter, theirs, named)
        same_road = bool(self.road) and self.road == road(theirs.place or theirs.text)
        beside = found.metres is not None and found.metres <= BESIDE
        there = beside or found.place >= SAME_PLACE or same_road
        if not self._enough(found.covered, found.same_category, placed=there):
            return found, None
        words = self._words(found.covered)
        said = "nearly" if words >= NEARLY_ALL else "similar" if words >= SIMILAR else ""
        return found, Why(
            words=said,
            place=found.place >= SAME_PLACE,
            street=self.road if same_road else "",
            category=found.same_category,
            metres=None if found.metres is None else round(found.metres),
            days=max(int(found.days), 0),
        )
