"""What of a letter the routing model reads: runs of one to three characters, or of Latin words.

Masked before anything else; never who wrote, nor whence. A number is one digit to it. numpy is slow to
import: only what trains a model or suggests by one imports this.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from huiying.finding.folding import fold
from huiying.finding.masking import mask

type Keys = NDArray[np.uint64]
type Rows = NDArray[np.int64]

LONGEST = 600  # characters that are read of a letter; more made no suggestion better
OPENING = 30  # what opens a letter without a title stands in for one
LEAST_LETTERS = 5  # what stands in fewer letters could be somebody's own words: it is not kept
RUN = 3

# A Latin word becomes one character of the planes that Unicode leaves to private use.
FIRST_WORD = 0xF0000
MOST_WORDS = 0x10000
BREAK = "\0"
APART = BREAK * RUN
NOT_A_WORD = re.compile(r"[\W_]+")
NUMBER = re.compile(r"\d+")
WORD = re.compile("[a-z]+")

# A key holds up to three characters of 21 bits; the bit above them tells the title's from the letter's.
BITS = np.uint64(21)
IN_TITLE = np.uint64(1 << 63)
CHARACTER = (1 << 21) - 1


@dataclass(frozen=True, slots=True)
class Plain:
    """A letter made ready: masked, folded, `BREAK` for whatever is no letter and no digit."""

    whole: str
    title: str


def plain(title: str, body: str) -> Plain:
    """A letter as the model reads it."""
    headline = " ".join(title.split())[:LONGEST]
    opened, _, rest = mask(f"{headline}\n{body[:LONGEST]}").partition("\n")
    head, text = _bare(opened), _bare(rest)
    whole = f"{head}{BREAK}{text}" if head else text
    return Plain(whole[:LONGEST], head or text[:OPENING])


def _bare(text: str) -> str:
    return NOT_A_WORD.sub(BREAK, NUMBER.sub("0", fold(text))).strip(BREAK)


def words_of(letters: Iterable[Plain]) -> tuple[str, ...]:
    """The Latin words that stand in enough letters, in the order of the alphabet."""
    found = Counter(word for letter in letters for word in set(WORD.findall(letter.whole)))
    kept = [word for word, letters_with in found.most_common() if letters_with >= LEAST_LETTERS]
    return tuple(sorted(kept[:MOST_WORDS]))


def numbered(words: Sequence[str]) -> dict[str, str]:
    """Each word with the character that stands for it."""
    return {word: chr(FIRST_WORD + place) for place, word in enumerate(words)}


@dataclass(frozen=True, slots=True)
class Grams:
    """`key[i]` stands in letter `row[i]`; as often as it stands there, sorted by nothing."""

    row: Rows
    key: Keys


def grams(letters: Sequence[Plain], words: Mapping[str, str]) -> Grams:
    """Every run of one to three characters of these letters, and of their titles apart."""
    whole = _runs([letter.whole for letter in letters], words)
    title = _runs([letter.title for letter in letters], words)
    return Grams(
        np.concatenate([whole.row, title.row]), np.concatenate([whole.key, title.key | IN_TITLE])
    )


def _runs(texts: Sequence[str], words: Mapping[str, str]) -> Grams:
    coded = [WORD.sub(lambda match: words.get(match[0], BREAK), text) for text in texts]
    joined = APART.join([*coded, ""])
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    row = np.repeat(np.arange(len(coded)), [len(text) + RUN for text in coded])
    key, full = codes, codes > 0
    keys, rows = [key[full]], [row[full]]
    for length in range(1, RUN):
        key = (key[:-1] << BITS) | codes[length:]
        full = full[:-1] & (codes[length:] > 0)
        keys.append(key[full])
        rows.append(row[: len(key)][full])
    return Grams(np.concatenate(rows), np.concatenate(keys))


@dataclass(frozen=True, slots=True)
class Counted:
    """`times[i]` is how often column `column[i]` stands in letter `row[i]`; by letter, then column."""

    row: Rows
    column: Rows
    times: NDArray[np.float32]


def counted(found: Grams, vocabulary: Keys) -> Counted:
    """How often each key of `vocabulary`, which is sorted, stands in each letter."""
    column = np.searchsorted(vocabulary, found.key)
    column[column == len(vocabulary)] = 0
    known = (
        vocabulary[column] == found.key if len(vocabulary) else np.zeros(len(column), dtype=bool)
    )
    both, times = np.unique(
        found.row[known] * max(len(vocabulary), 1) + column[known], return_counts=True
    )
    row, left = np.divmod(both, max(len(vocabulary), 1))
    return Counted(row, left, times.astype(np.float32))


def letters_with(found: Grams) -> tuple[Keys, Rows]:
    """Every key, sorted, and the number of letters in which it stands."""
    keys, place = np.unique(found.key, return_inverse=True)
    if not len(keys):
        return keys, np.zeros(0, dtype=np.int64)
    pairs = np.sort(
        found.row * len(keys) + place
    )  # several times as fast as numpy's unique by hash
    once = pairs[np.diff(pairs, prepend=-1) > 0]
    return keys, np.bincount(once % len(keys), minlength=len(keys))


def spelled(key: int, words: Sequence[str]) -> tuple[bool, str]:
    """Whether a key is of the title, and its characters."""
    codes = []
    rest = key & ~int(IN_TITLE)
    while rest:
        codes.append(rest & CHARACTER)
        rest >>= int(BITS)
    said = [words[code - FIRST_WORD] if code >= FIRST_WORD else chr(code) for code in codes[::-1]]
    parted = [" " if a.isascii() and b.isascii() else "" for a, b in pairwise(said)]
    return bool(key & int(IN_TITLE)), "".join(
        part for pair in zip(said, [*parted, ""], strict=True) for part in pair
    )


def batches[T](items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
