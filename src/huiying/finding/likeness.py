"""How likely it is that two reports are about the same matter, and why. See docs/same-report.md.

Words, category, place and time speak together; who wrote is never known here. Texts come in masked.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from huiying.finding.folding import fold
from huiying.finding.grams import grams_of

METRES_A_DEGREE = 111_320
CELL = 0.004  # degrees: some 400 metres
AS_FAR_AS = 800  # metres
RAREST = 6  # bigrams by which a text is looked up
MOST_FOR_ONE = 2_000  # a bigram, place or cell with more than this tells too little

SAME_CATEGORY = 2.0
WORDS = 3.0
PLACE = 6.0
FAR = 3.0  # for each factor e of metres
NEAR = 30.0  # metres within which two points are one place
OLD = 0.5  # for each factor e of days
NO_PLACE = 4.0  # what is taken off where one of the two has none

type Pairs = frozenset[int]


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    def metres_to(self, other: "Point") -> float:
        """Along a flat earth, which is right to a metre within a town."""
        shrink = math.cos(math.radians(self.latitude))
        north = self.latitude - other.latitude
        east = (self.longitude - other.longitude) * shrink
        return METRES_A_DEGREE * math.hypot(north, east)


@dataclass(frozen=True, slots=True)
class Matter:
    """One report. `until`: when it was no longer open; None while it is."""

    label: str
    text: str
    category: str
    place: str
    point: Point | None
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """One that may be the same, with what speaks for it.

    `words` and `place` are shares between 0 and 1, `covered` is how much of the shorter text stands in the
    longer one too; `metres` is None where either has no point.
    """

    label: str
    score: float
    same_category: bool
    words: float
    covered: float
    place: float
    metres: float | None
    days: float


@dataclass(frozen=True, slots=True)
class _Known:
    matter: Matter
    words: frozenset[int]
    place: frozenset[int]
    weight: float  # of its words, as seldom as they were when it came


def bigrams(text: str) -> frozenset[int]:
    """Every two neighbouring characters of the folded text, spaces left out."""
    return bigrams_of_folded(fold(text))


def bigrams_of_folded(text: str) -> frozenset[int]:
    """The same of a text that is folded already."""
    return frozenset(grams_of(text.replace(" ", "")))


@dataclass(slots=True)
class OpenMatters:
    """Matters in memory, by where they are and what words they use, as time goes on: what was closed when
    one is asked for is forgotten.
    """

    _known: dict[int, _Known] = field(default_factory=dict)
    _came: int = 0
    _closing: list[tuple[datetime, int]] = field(default_factory=list)  # a heap
    _by_cell: defaultdict[tuple[int, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_place: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_word: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, matter: Matter) -> None:
        """From now on it can be found."""
        known, number = self._of(matter), self._came
        self._came += 1
        self._known[number] = known
        if matter.until:
            heapq.heappush(self._closing, (matter.until, number))
        if matter.point:
            self._by_cell[_cell(matter.point)].append(number)
        if matter.place:
            self._by_place[fold(matter.place)].append(number)
        for word in known.words:
            self._by_word[word].append(number)

    def like(self, new: Matter, most: int = 5) -> list[Likeness]:
        """The likeliest of those open when `new` came, best first; of equals, the newest first."""
        while self._closing and self._closing[0][0] <= new.since:
            del self._known[heapq.heappop(self._closing)[1]]
        wanted = self._of(new)
        weights = {word: self._weight(word) for word in wanted.words}
        found = [
            _likeness(wanted, self._known[number], weights)
            for number in self._candidates(wanted)
            if number in self._known and self._known[number].matter.since < new.since
        ]
        return sorted(found, key=lambda each: (-each.score, each.days, each.label))[:most]

    def _candidates(self, wanted: _Known) -> set[int]:
        found: set[int] = set()
        if wanted.matter.point:
            for cell in _around(wanted.matter.point):
                found.update(self._by_cell.get(cell, ()))
        found.update(self._by_place.get(fold(wanted.matter.place), ())[-MOST_FOR_ONE:])
        held = [(len(self._by_word[word]), word) for word in wanted.words if word in self._by_word]
        for count, word in sorted(held)[:RAREST]:
            if count <= MOST_FOR_ONE:
                found.update(self._by_word[word])
        return found

    def _weight(self, word: int) -> float:
        """Seldom pairs of characters count for more than those that every letter has."""
        return math.log(1 + (self._came + 1) / (1 + len(self._by_word.get(word, ()))))

    def _of(self, matter: Matter) -> _Known:
        return _weighed(matter, self._weight)


@dataclass(frozen=True, slots=True)
class Heard:
    """How like two matters are by all but where they are; the `score` counts no place."""

    score: float
    same_category: bool
    words: float
    covered: float
    days: float


def same_category(ours: Matter, theirs: Matter) -> bool:
    return bool(ours.category) and ours.category == theirs.category


def heard(ours: Matter, theirs: Matter, shared: float, weights: tuple[float, float]) -> Heard:
    """By the weight of the pairs that both texts have, and of all pairs of each."""
    one, other = weights
    words = min(shared / (one + other - shared), 1.0) if shared else 0.0
    covered = min(shared / min(one, other), 1.0) if shared else 0.0
    days = (ours.since - theirs.since).total_seconds() / 86_400
    same = same_category(ours, theirs)
    score = SAME_CATEGORY * same + WORDS * words - OLD * math.log1p(days)
    return Heard(score, same, words, covered, days)


def placed(found: Heard, ours: Matter, theirs: Matter, named: tuple[Pairs, Pairs]) -> Likeness:
    """The same with where they are; `named` are the pairs of the names of the two places."""
    place = _dice(*named)
    metres = ours.point.metres_to(theirs.point) if ours.point and theirs.point else None
    score = found.score - _far(metres, place, all(named))
    return Likeness(
        theirs.label, score, found.same_category, found.words, found.covered, place, metres,
        found.days,
    )  # fmt: skip


def _likeness(wanted: _Known, known: _Known, weights: Mapping[int, float]) -> Likeness:
    shared = sum(weights[word] for word in wanted.words & known.words)
    found = heard(wanted.matter, known.matter, shared, (wanted.weight, known.weight))
    return placed(found, wanted.matter, known.matter, (wanted.place, known.place))


def compared(
    new: Matter, matters: Iterable[Matter], weigh: Callable[[int], float]
) -> list[Likeness]:
    """How like these matters are, best first; of equals, the newest first. `weigh` says how much a pair of
    characters (its number) counts for: the more, the seldomer it is.
    """
    weights = _Weights(weigh)
    wanted = _weighed(new, weights.__getitem__)
    found = [
        _likeness(wanted, _weighed(matter, weights.__getitem__), weights) for matter in matters
    ]
    return sorted(found, key=lambda each: (-each.score, each.days, each.label))


class _Weights(dict[int, float]):
    """What each pair counts for, reckoned once: many texts share the common ones."""

    def __init__(self, weigh: Callable[[int], float]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, word: int) -> float:
        weight = self[word] = self._weigh(word)
        return weight


def _weighed(matter: Matter, weigh: Callable[[int], float]) -> _Known:
    words = bigrams(matter.text)
    return _Known(matter, words, bigrams(matter.place), sum(map(weigh, words)))


def _far(metres: float | None, place: float, both_named: bool) -> float:
    if metres is not None:
        return FAR * math.log1p(metres / NEAR)
    return PLACE * (1 - place) if both_named else NO_PLACE


def _dice(one: frozenset[int], other: frozenset[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point.latitude / CELL), math.floor(point.longitude / CELL)


def _around(point: Point) -> Iterator[tuple[int, int]]:
    """The cells that hold everything within AS_FAR_AS."""
    north = AS_FAR_AS / METRES_A_DEGREE
    east = north / max(math.cos(math.radians(point.latitude)), 0.01)
    south_west = _cell(Point(point.latitude - north, point.longitude - east))
    north_east = _cell(Point(point.latitude + north, point.longitude + east))
    for row in range(south_west[0], north_east[0] + 1):
        for column in range(south_west[1], north_east[1] + 1):
            yield row, column


def in_their_order(matters: Iterable[Matter]) -> Iterator[tuple[Matter, OpenMatters]]:
    """Each matter in the order in which they came, with those that had come before it."""
    known, waiting = OpenMatters(), list[Matter]()
    for matter in sorted(matters, key=lambda each: (each.since, each.label)):
        if waiting and waiting[0].since < matter.since:
            for earlier in waiting:
                known.add(earlier)
            waiting.clear()
        yield matter, known
        waiting.append(matter)
