"""The routing model at work: three categories with how likely each is, or silence; and why."""

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiying.routing.grams import Counted, Keys, Plain, batches, counted, grams, numbered, spelled

type Table = NDArray[np.float32]  # one row a letter, one column a category

FORMAT = 1
AT_ONCE = 64
MOST_OFFERED = 3
MOST_WORDS_SHOWN = 6
TITLE_WEIGHT = np.float32(0.5)
TITLE_BIT = np.uint64(63)


@dataclass(frozen=True, slots=True)
class Offer:
    """One category; `likely` between 0 and 1, `because` the words of the letter that speak for it."""

    category: str
    likely: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. `vocabulary` is sorted; `weight` of each key, `matrix` key × category.

    `likely = softmax(sharpness × score + shift)`; below `threshold` nothing is said. `about` tells how
    it was made: figures, counts, seed; plain JSON.
    """

    categories: tuple[str, ...]
    words: tuple[str, ...]
    vocabulary: Keys
    weight: NDArray[np.float32]
    matrix: NDArray[np.float16]
    shift: NDArray[np.float32]
    sharpness: float
    threshold: float
    about: dict[str, Any]

    def likely(self, letters: Sequence[Plain]) -> Table:
        """How likely each category is for each letter; each row adds up to one."""
        words = numbered(self.words)
        parts = [
            self._scores(weighed(counted(grams(each, words), self.vocabulary), self), len(each))
            for each in batches(letters, AT_ONCE)
        ]
        if not parts:
            return np.zeros((0, len(self.categories)), dtype=np.float32)
        return chances(np.concatenate(parts), self.sharpness, self.shift)

    def _scores(self, found: Counted, letters: int) -> Table:
        """Sums over each letter's keys; a letter without any known key scores nothing."""
        scores = np.zeros((letters, len(self.categories)), dtype=np.float32)
        if len(found.row):
            parts = self.matrix[found.column].astype(np.float32) * found.times[:, None]
            starts = np.flatnonzero(np.diff(found.row, prepend=-1))
            scores[found.row[starts]] = np.add.reduceat(parts, starts, axis=0)
        return scores

    def offers(self, letter: Plain) -> tuple[Offer, ...]:
        """The three likeliest with their reasons, or nothing below the threshold."""
        likely = self.likely([letter])[0]
        order = np.argsort(-likely, kind="stable")[:MOST_OFFERED]
        if likely[order[0]] < self.threshold:
            return ()
        found = weighed(counted(grams([letter], numbered(self.words)), self.vocabulary), self)
        return tuple(
            Offer(self.categories[at], float(likely[at]), self._because(found, int(at)))
            for at in order
        )

    def _because(self, found: Counted, category: int) -> tuple[str, ...]:
        """What speaks most for this category against the others: no single character, nothing twice."""
        rows = self.matrix[found.column].astype(np.float32)
        speaks = (rows[:, category] - rows.mean(axis=1)) * found.times
        said: list[str] = []
        for place in np.argsort(-speaks, kind="stable")[: MOST_WORDS_SHOWN * 8]:
            if speaks[place] <= 0 or len(said) == MOST_WORDS_SHOWN:
                break
            _in_title, text = spelled(int(self.vocabulary[found.column[place]]), self.words)
            if len(text) > 1 and not any(text in other or other in text for other in said):
                said.append(text)
        return tuple(said)

    def with_threshold(self, threshold: float) -> "Model":
        """The same model that speaks from another likelihood on."""
        return replace(self, threshold=threshold)


def weighed(found: Counted, model: "Model") -> Counted:
    """The counts as the matrix takes them: dampened, weighed, and of one length a letter."""
    return scaled(found, model.weight, model.vocabulary)


def scaled(found: Counted, weight: NDArray[np.float32], vocabulary: Keys) -> Counted:
    """Dampen, weigh, and bring each letter's text to length 1 and its title to `TITLE_WEIGHT`."""
    values = (1 + np.log(found.times)) * weight[found.column]
    of_title = (vocabulary[found.column] >> TITLE_BIT).astype(np.int64)
    part = found.row * 2 + of_title
    lengths = np.sqrt(np.bincount(part, weights=values * values))
    values = values / np.where(lengths == 0, 1, lengths)[part]
    values = np.where(of_title == 1, values * TITLE_WEIGHT, values)
    return Counted(found.row, found.column, values.astype(np.float32))


def chances(scores: Table, sharpness: float, shift: NDArray[np.float32]) -> Table:
    """Scores as likelihoods."""
    raised = scores * sharpness + shift
    raised = np.exp(raised - raised.max(axis=1, keepdims=True))
    result: Table = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def dump(model: Model) -> bytes:
    """The model as an npz of plain arrays and JSON; the same model gives the same bytes."""
    about = {
        "format": FORMAT,
        "categories": model.categories,
        "words": model.words,
        "sharpness": model.sharpness,
        "threshold": model.threshold,
        "about": model.about,
    }
    text = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        json=np.frombuffer(text, dtype=np.uint8),
        vocabulary=model.vocabulary,
        weight=model.weight,
        matrix=model.matrix,
        shift=model.shift,
    )
    return packed.getvalue()


def load(packed: bytes) -> Model:
    """A dumped model; nothing in it is ever run. Raises ValueError for another format."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        head = json.loads(arrays["json"].tobytes())
        if head["format"] != FORMAT:
            raise ValueError(f"routing model of format {head['format']}, not {FORMAT}")
        return Model(
            categories=tuple(head["categories"]),
            words=tuple(head["words"]),
            vocabulary=arrays["vocabulary"],
            weight=arrays["weight"],
            matrix=arrays["matrix"],
            shift=arrays["shift"],
            sharpness=head["sharpness"],
            threshold=head["threshold"],
            about=head["about"],
        )


def digest(packed: bytes) -> str:
    """SHA-256 of a dumped model, in hexadecimal."""
    return hashlib.sha256(packed).hexdigest()


def offered(model: Model, letters: Iterable[Plain]) -> list[tuple[Offer, ...]]:
    """For each letter the three likeliest categories, without reasons; nothing below the threshold."""
    likely = model.likely(list(letters))
    order = np.argsort(-likely, axis=1, kind="stable")[:, :MOST_OFFERED]
    return [
        tuple(Offer(model.categories[at], float(row[at])) for at in best)
        if row[best[0]] >= model.threshold
        else ()
        for row, best in zip(likely, order, strict=True)
    ]
