"""Trains the routing model: a linear one, on this machine, of the letters it is handed and nothing else.

Each run of characters weighs by how rare it is and by how much it belongs to few categories (inverse
gravity moment: Chen, Zhang, Long and Zhang 2016); support vectors, one category against the rest
(LIBLINEAR: Fan and others 2008). Likelihoods are fitted on letters that the model did not see
(Guo and others 2017: one sharpness, a shift a category).
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiying.routing import measuring
from huiying.routing.errors import TooFewLetters
from huiying.routing.grams import (
    LEAST_LETTERS,
    Counted,
    Keys,
    Plain,
    batches,
    counted,
    grams,
    letters_with,
    numbered,
    plain,
    words_of,
)
from huiying.routing.suggesting import Model, chances, scaled

type Matrix = Any  # scipy.sparse.csr_array; scipy is imported where it is used
type Places = NDArray[np.int64]
type Weights = NDArray[np.float32]

SEED = 20261122
AT_ONCE = 2000
MOST_KEYS = 120_000
LEAST_OF_CATEGORY = 10
FOLDS = 5
MANY = 20_000  # above this one fold apart is enough to fit likelihoods on
GRAVITY = 3.0
SOFTNESS = 1.0  # LIBLINEAR's C
TOLERANCE = 0.1  # LIBLINEAR's own; ten times finer takes twice as long and is no better
AIM = 0.97  # right among what is said; a little above what is promised, as new letters differ


@dataclass(frozen=True, slots=True)
class Labelled:
    """A letter and the category that stood in the end."""

    title: str
    body: str
    category: str


def train(letters: Sequence[Labelled], *, seed: int = SEED, aim: float = AIM) -> Model:
    """A model of these letters; the same letters in the same order and `seed` give the same model.

    Categories with fewer than ten letters are not learned. Raises TooFewLetters for fewer than two.
    """
    counts = Counter(letter.category for letter in letters)
    categories = tuple(sorted(name for name, n in counts.items() if n >= LEAST_OF_CATEGORY))
    if len(categories) < 2:
        raise TooFewLetters
    kept = [letter for letter in letters if letter.category in categories]
    texts = [plain(letter.title, letter.body) for letter in kept]
    labels = np.array([categories.index(letter.category) for letter in kept])
    words = words_of(texts)
    vocabulary = _vocabulary(texts, words)
    if not len(vocabulary):
        raise TooFewLetters
    rows = _matrix(texts, words, vocabulary)
    fitting = Fitting(rows, labels, vocabulary, len(categories), seed)
    scores, apart = fitting.unseen(_folds(texts, labels, seed))
    sharpness, shift = calibrated(scores, labels[apart])
    likely = chances(scores, sharpness, shift)
    sure, right = likely.max(axis=1).astype(np.float64), likely.argmax(axis=1) == labels[apart]
    threshold = measuring.threshold_for(sure, right, aim)
    weight, matrix = fitting.fit(np.arange(len(labels)))
    told = measuring.figures(
        [categories[at] for at in labels[apart]], categories, likely, threshold
    )
    about = {
        "seed": seed,
        "letters": len(kept),
        "of_category": {name: counts[name] for name in categories},
        "unseen": asdict(told),
        "curve": measuring.curve(sure, right),
    }
    return Model(
        categories=categories,
        words=words,
        vocabulary=vocabulary,
        weight=weight,
        matrix=matrix.astype(np.float16),
        shift=shift,
        sharpness=sharpness,
        threshold=threshold,
        about=about,
    )


def _vocabulary(texts: Sequence[Plain], words: Sequence[str]) -> Keys:
    """The keys that stand in at least five letters, the most frequent ones, sorted."""
    numbers = numbered(words)
    parts = [letters_with(grams(batch, numbers)) for batch in batches(texts, AT_ONCE)]
    keys, place = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    total = np.bincount(place, weights=np.concatenate([part[1] for part in parts]))
    often = np.flatnonzero(total >= LEAST_LETTERS)
    most = often[np.argsort(-total[often], kind="stable")[:MOST_KEYS]]
    kept: Keys = keys[np.sort(most)]
    return kept


def _matrix(texts: Sequence[Plain], words: Sequence[str], vocabulary: Keys) -> Matrix:
    """Letter × key: how often it stands there."""
    from scipy import sparse  # noqa: PLC0415 - a second and 60 MB, for the one process that trains

    numbers = numbered(words)
    parts = [counted(grams(batch, numbers), vocabulary) for batch in batches(texts, AT_ONCE)]
    shapes = [len(batch) for batch in batches(texts, AT_ONCE)]
    return sparse.vstack(
        [
            sparse.csr_array(
                (part.times, (part.row.astype(np.int32), part.column.astype(np.int32))),
                shape=(letters, len(vocabulary)),
            )
            for part, letters in zip(parts, shapes, strict=True)
        ],
        format="csr",
    )


def _folds(texts: Sequence[Plain], labels: Places, seed: int) -> Places:
    """The fold of each letter: even over the categories, and letters of the same words in the same."""
    names = [hashlib.sha256(f"{seed}{text.whole}".encode()).digest() for text in texts]
    order = sorted(range(len(names)), key=lambda at: (labels[at], names[at]))
    fold, step, last = np.zeros(len(names), dtype=np.int64), -1, b""
    for at in order:
        step += names[at] != last
        last = names[at]
        fold[at] = step % FOLDS
    return fold


@dataclass(frozen=True, slots=True)
class Fitting:
    """Counts of every letter (`rows`), the place of its category (`labels`), and how to learn of some."""

    rows: Matrix
    labels: Places
    vocabulary: Keys
    categories: int
    seed: int

    def unseen(self, fold: Places) -> tuple[Weights, Places]:
        """Scores of letters by models that did not see them, and which letters these are."""
        folds = range(FOLDS) if len(fold) <= MANY else range(1)
        scores, apart = [], []
        for each in folds:
            left_out = np.flatnonzero(fold == each)
            weight, matrix = self.fit(np.flatnonzero(fold != each))
            scores.append(self._scaled(self.rows[left_out], weight) @ matrix)
            apart.append(left_out)
        return np.concatenate(scores), np.concatenate(apart)

    def fit(self, some: Places) -> tuple[Weights, Weights]:
        """The weight of each key, and key × category, of these letters."""
        from sklearn.svm import LinearSVC  # noqa: PLC0415 - as above

        rows, labels = self.rows[some], self.labels[some]
        weight = self._weight(rows, labels)
        scaled_rows = self._scaled(rows, weight)
        matrix = np.zeros((len(self.vocabulary), self.categories), dtype=np.float32)
        learner = LinearSVC(
            C=SOFTNESS,
            class_weight="balanced",
            tol=TOLERANCE,
            max_iter=200,
            fit_intercept=False,
            random_state=self.seed % 2**32,
        )
        # Letters of the same words stand in one fold, so of some category there may be no others here: it
        # scores nothing.
        for category in set(labels.tolist()):
            learner.fit(scaled_rows, labels == category)
            matrix[:, category] = learner.coef_[0]
        return weight, matrix

    def _weight(self, rows: Matrix, labels: Places) -> Weights:
        """By rarity and by how few categories a key belongs to; nothing for one of under five letters."""
        shares = np.zeros((self.categories, rows.shape[1]))
        with_key = np.bincount(rows.indices, minlength=rows.shape[1])
        for category in range(self.categories):
            of_it = rows[labels == category]
            found = np.bincount(of_it.indices, minlength=rows.shape[1])
            shares[category] = found / max(of_it.shape[0], 1)
        ranked = -np.sort(-shares, axis=0)
        moment = (ranked * np.arange(1, self.categories + 1)[:, None]).sum(axis=0)
        gravity = np.divide(ranked[0], moment, out=np.zeros_like(moment), where=moment > 0)
        rarity = np.log((1 + rows.shape[0]) / (1 + with_key)) + 1
        weight = rarity * (1 + GRAVITY * gravity) * (with_key >= LEAST_LETTERS)
        result: Weights = weight.astype(np.float32)
        return result

    def _scaled(self, rows: Matrix, weight: Weights) -> Matrix:
        row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        values = scaled(Counted(row, rows.indices, rows.data), weight, self.vocabulary).times
        return type(rows)((values, rows.indices, rows.indptr), shape=rows.shape)


def calibrated(scores: Weights, labels: Places) -> tuple[float, Weights]:
    """Sharpness and shifts with which these scores are as likely as they say (least log loss)."""
    from scipy.optimize import minimize  # noqa: PLC0415 - as above

    letters, categories = scores.shape
    true = np.eye(categories)[labels]
    own = scores.astype(np.float64)

    def loss(given: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        sharpness, shift = np.exp(given[0]), given[1:]
        raised = own * sharpness + shift
        raised -= raised.max(axis=1, keepdims=True)
        logs = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
        gap = np.exp(logs) - true
        value = -(logs * true).sum() / letters + 0.5 * (shift @ shift) / letters
        slope = (gap * own).sum() * sharpness / letters
        return float(value), np.concatenate([[slope], gap.sum(axis=0) / letters + shift / letters])

    found = minimize(loss, np.zeros(categories + 1), jac=True, method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:].astype(np.float32)
