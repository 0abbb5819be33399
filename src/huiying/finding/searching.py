"""Finding texts at any number of them, newest first or by how well they fit. Whoever asks brings the policy.

A word of Chinese is found wherever its characters stand; one that begins or ends in Latin letters or digits,
only as a whole word. The newest texts are read first: a common word fills a page from a few thousand of
them, where the index would first gather every text that has it. What they hold tells what is quickest from
there on: to read on, to ask the index for the texts of some time, or for all, which also gives their number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huiying.finding import few
from huiying.finding.clauses import Clause, ask, beyond, fetch, has_pairs, parts, since, spells
from huiying.finding.errors import AboutSomebody, TooLong
from huiying.finding.few import Few
from huiying.finding.folding import fold
from huiying.finding.grams import grams_of
from huiying.finding.masking import MARK, looks_like_somebody
from huiying.kernel.paging import Place

MOST_WORDS = 8
LONGEST_QUERY = 60
READ_FIRST = 2_000
READ_MOST = 20_000  # where nothing else bounds a search
# What things cost, in texts that are read in their order: a hit with its policy, and a text whose time the
# index looks up. A search of the whole index that costs less than `LITTLE` is made for its number alone.
HIT = 4.0
LOOKED_UP = 0.2
LITTLE = 3_000
SELDOM = 0.005  # the share of hits that somebody may read, where the newest texts show none

# How well a text fits, for each word: once for each time that it stands there, and more in the opening.
RANKED = 1_000  # of the newest that were found
OPENING = 30  # characters; a letter begins with its title
IN_OPENING = 3
MOST_TIMES = 3

COLUMNS = "kind, key, at, id, hidden"
ORDER = "at DESC, id DESC"
NUMBER = "(SELECT max(id) FROM finding_text)"  # about how many there are, at no cost


@dataclass(frozen=True, slots=True)
class Line:
    """One text that was found: its place in the list (`at`, `id`), the row that it belongs to, what of its
    words is masked (None: not known), and how well it fits, where that was asked.
    """

    kind: str
    key: int
    at: datetime
    id: int
    hidden: Sequence[int] | None
    score: int = 0


@dataclass(frozen=True, slots=True)
class TextsFound:
    """One page. There are `total` in all past its place, or more where that is not `exact`."""

    lines: list[Line]
    total: int
    exact: bool


def at_least(total: int) -> int:
    """A round number that there are more of, where only that is known."""
    return (total - 1) // 10 * 10


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


@dataclass(slots=True)
class _Sample:
    """What the newest texts hold: how many of them spell the words, how many have them, and which of these
    may be read.
    """

    spelled: int
    hits: int
    mine: list[Line]
    whole: bool  # where there are no other texts
    texts: int  # in all, past and before the place

    @property
    def rate(self) -> float:
        """Hits among the texts."""
        return (self.hits + 0.5) / READ_FIRST

    @property
    def looked_at(self) -> float:
        """About how many texts the index names that have to be looked at."""
        return self.texts * (self.spelled + 0.5) / READ_FIRST

    def reach(self, size: int) -> float:
        """The texts that it takes to fill a page."""
        mine = max(len(self.mine), SELDOM * (self.hits + 1), 0.25)
        return 1.5 * size * READ_FIRST / mine


@dataclass(frozen=True, slots=True)
class Search:
    """A search for `words` among the texts of one kind for which `allowed` holds, a condition of them.

    `few` has every text that is allowed, and others: an index of its own gives the newest.

    Single characters have no index. Where the search is `bounded`, they are looked for in the newest
    texts past its place alone, and counted there.
    """

    kind: str
    words: Sequence[str]
    allowed: Clause
    bounded: bool = False
    few: Few | None = None

    def newest(self, size: int, after: Place | None = None) -> TextsFound:
        """The first `size` texts past a place, newest first. Five statements at most."""
        rest = beyond(after)
        sample = self._sample(rest)
        if sample.whole or len(sample.mine) >= size:
            return TextsFound(sample.mine[:size], len(sample.mine), sample.whole)
        if not self._pairs():
            return self._read_on(size, rest, READ_MOST if self.bounded else None)
        reach, whole = sample.reach(size), sample.looked_at * HIT
        # A single pair may stand in a thousand texts none of which is among the newest.
        seldom = not sample.hits and len(self._pairs()) > 1
        found = None if seldom else self._of_few(size, after, sample)
        if found is not None:
            return found
        if reach >= sample.texts or whole <= max(
            LITTLE, reach * (LOOKED_UP + sample.looked_at / sample.texts * HIT)
        ):
            return self._asked(size, rest)
        return self._nearby(size, rest, reach)

    def best(self, size: int) -> TextsFound:
        """Those of the newest thousand that were found that fit best; of equals, the newest first."""
        found = self.newest(RANKED)
        score = _score(self.words)
        ids = Clause("id = ANY(%s)", ([line.id for line in found.lines],))
        columns = Clause(f"{COLUMNS}, {score.sql} AS score", score.values)
        rows = fetch(columns, ids, f"ORDER BY score DESC, {ORDER} LIMIT {size}")
        return TextsFound([Line(*row) for row in rows], found.total, found.exact)

    def count(self) -> int:
        """How many there are, each of them looked at."""
        return int(fetch(Clause("count(*)"), self._indexed())[0][0])

    def _pairs(self) -> set[int]:
        return set().union(*map(grams_of, self.words))

    def _words(self) -> Clause:
        return self._kind() & spells(self.words) & parts(self.words)

    def _kind(self) -> Clause:
        return Clause("kind = %s", (str(self.kind),))

    def _indexed(self) -> Clause:
        where = self._words() & self.allowed
        return self._by_pairs() & where if self._pairs() else where

    def _by_pairs(self) -> Clause:
        return has_pairs(self._pairs())

    def _time_of(self, number: int, rest: Clause) -> datetime | None:
        """The time of the text that is so far down the list; None where that is shorter."""
        where = self._kind() & rest
        found = fetch(Clause("at"), where, f"ORDER BY {ORDER} LIMIT 1 OFFSET {number}")
        return found[0][0] if found else None

    def _sample(self, rest: Clause) -> _Sample:
        """The newest `READ_FIRST` texts past a place. One statement, always run in the same way."""
        texts, spelled, whole_words = self._kind() & rest, spells(self.words), parts(self.words)
        newest = f"FROM finding_text WHERE {texts.sql} ORDER BY {ORDER}"
        named = f"SELECT {COLUMNS}, text {newest} LIMIT {READ_FIRST}"
        statement = f"""
            SELECT said.number, said.whole, finding_text.* FROM (
                SELECT {NUMBER} AS number, NOT EXISTS (SELECT {newest} OFFSET {READ_FIRST}) AS whole
            ) AS said LEFT JOIN (
                SELECT {COLUMNS}, {whole_words.sql}, {self.allowed.sql}
                FROM ({named}) AS finding_text WHERE {spelled.sql}
            ) AS finding_text ON true ORDER BY {ORDER}
        """  # noqa: S608 - our own text
        values = texts.values + whole_words.values + self.allowed.values
        rows = ask(Clause(statement, values + texts.values + spelled.values), kept=True)
        found = [row[2:] for row in rows if row[2] is not None]
        hits = [row for row in found if row[5]]
        mine = [Line(*row[:5]) for row in hits if row[6]]
        return _Sample(len(found), len(hits), mine, rows[0][1], rows[0][0] or 0)

    def _of_few(self, size: int, after: Place | None, sample: _Sample) -> TextsFound | None:
        """A page out of what somebody may read; None where that is much. It is read, the newest first, until
        the page is full; where the index names fewer that have the words, these are read.
        """
        if self.few is None or (number := self.few.number()) >= few.MOST:
            return None
        rest = beyond(after)
        if min(size / sample.rate, number) * few.READ >= sample.looked_at:
            return self._counted(size, rest & self._by_pairs() & self.few.every())
        where = self._words() & rest & self.allowed
        rows = ask(self.few.newest(COLUMNS, where, size, after))
        lines = list({row[3]: Line(*row) for row in rows}.values())
        if len(lines) < size <= len(rows):
            return self._counted(size, rest & self._by_pairs() & self.few.every())
        lines.sort(key=lambda line: (line.at, line.id), reverse=True)
        return TextsFound(lines[:size], len(lines[:size]), len(lines) < size)

    def _counted(self, size: int, some: Clause) -> TextsFound:
        """A page out of `some` texts, and the number of all."""
        columns = Clause(f"{COLUMNS}, count(*) OVER ()")
        where = self._words() & some & self.allowed
        rows = fetch(columns, where, f"ORDER BY {ORDER} LIMIT {size}")
        return TextsFound([Line(*row[:5]) for row in rows], rows[0][5] if rows else 0, True)

    def _read_on(self, size: int, rest: Clause, most: int | None) -> TextsFound:
        """A page by reading the newest `most` texts, or all of them."""
        last = self._time_of(most, rest) if most is not None else None
        lines = self._page(size, self._words() & rest & since(last) & self.allowed)
        return TextsFound(lines, len(lines), len(lines) < size)

    def _nearby(self, size: int, rest: Clause, reach: float) -> TextsFound:
        """A page out of the texts of some time; where they do not fill it, out of all."""
        moment = self._time_of(int(reach), rest)
        if moment is not None:
            lines = self._page(size, self._indexed() & rest & since(moment))
            if len(lines) == size:
                return TextsFound(lines, size, False)
        return self._asked(size, rest)

    def _page(self, size: int, where: Clause) -> list[Line]:
        rows = fetch(Clause(COLUMNS), where, f"ORDER BY {ORDER} LIMIT {size}")
        return [Line(*row) for row in rows]

    def _asked(self, size: int, rest: Clause) -> TextsFound:
        """What the index has: a page, and the number of all."""
        return self._counted(size, self._by_pairs() & rest)


def _score(words: Sequence[str]) -> Clause:
    """For each word, one for each time that it stands there, up to three; three more in the opening."""
    parts = []
    for word in words:
        times = f"(length(text) - length(replace(text, %s, ''))) / {len(word)}"
        opens = f"(strpos(left(text, {OPENING}), %s) > 0)::int * {IN_OPENING}"
        parts.append(f"least({times}, {MOST_TIMES}) + {opens}")
    return Clause(" + ".join(parts), tuple(word for word in words for _each in range(2)))
