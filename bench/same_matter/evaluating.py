"""How well the same matter is found again among Chinese letters, by groups that were made by reading.

`groups.csv` names the groups by the ids of the messages; it holds no text. How it was made, and what it
says: docs/same-report.md. Asks no database.
"""

import csv
import dataclasses
import gzip
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from huiying.finding.grams import few, grams_of
from huiying.finding.likeness import Matter, compared
from huiying.finding.rarity import Rarity
from huiying.finding.wording import asked_words

GROUPS = Path(__file__).with_name("groups.csv")
LONGEST_CELL = 1 << 24


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Of `n` letters, each asked for among all `letters`: mean average precision over the letters, and over
    the groups, each group counting the same; the share for which one of its group came first, and of its
    group that came within five and within twenty. A letter that is not looked at is never found.
    """

    letters: int
    groups: int
    n: int
    average_precision: float
    average_precision_of_groups: float
    first: float
    recall_at_5: float
    recall_at_20: float


def read_groups(path: Path = GROUPS) -> dict[str, str]:
    """The group of each message id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["message_id"]: row["group"] for row in csv.DictReader(file)}


def read_matters(path: Path, only: Container[str] | None = None) -> list[Matter]:
    """Every message, or those with the ids in `only`, masked and folded as the index has it."""
    csv.field_size_limit(LONGEST_CELL)
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rt", encoding="utf-8", newline="") as file:
        return [
            Matter(
                label=row["id"],
                text=asked_words(f"{row['title']}\n{row['body']}", ""),
                category="",
                place="",
                point=None,
                since=datetime.fromisoformat(row["created"]),
            )
            for row in csv.DictReader(file)
            if only is None or row["id"] in only
        ]


def _average_precision(ranked: Sequence[str], wanted: set[str]) -> float:
    hits, total = 0, 0.0
    for place, label in enumerate(ranked, start=1):
        if label in wanted:
            hits += 1
            total += hits / place
    return total / len(wanted)


class Letters:
    """All letters, looked up by their rarest pairs of characters and compared as the desk does it."""

    def __init__(self, matters: Iterable[Matter]) -> None:
        self._matters = {matter.label: matter for matter in matters}
        grams = {
            label: grams_of(each.text.replace(" ", "")) for label, each in self._matters.items()
        }
        counts = Counter(gram for each in grams.values() for gram in each)
        numbers: Counter[int] = Counter()
        for gram, count in counts.items():
            numbers[few(gram)] += count
        self._with: defaultdict[int, set[str]] = defaultdict(set)
        for label, each in grams.items():
            for number in map(few, each):
                self._with[number].add(label)
        self._grams, self.number = grams, len(grams)
        self._rarity = Rarity(counts, numbers, self.number, self.number)

    def like(self, label: str) -> list[str]:
        """The others, likeliest first. Those that came later are taken to have come as long before."""
        new, own = self._matters[label], self._grams[label]
        near = {
            other for number in self._without(own).rarest(own) for other in self._with[number]
        } - {label}
        others = [self._mirrored(self._matters[other], new.since) for other in sorted(near)]
        return [each.label for each in compared(new, others, self._rarity.weigh)]

    def _without(self, own: set[int]) -> Rarity:
        """What is seldom among the others, as far as these pairs go: who writes is not in the index yet."""
        numbers = {number: self._rarity.numbers[number] for number in map(few, own)}
        for gram in own:
            numbers[few(gram)] -= 1
        return dataclasses.replace(self._rarity, numbers=numbers)

    def _mirrored(self, matter: Matter, moment: datetime) -> Matter:
        return dataclasses.replace(matter, since=moment - abs(moment - matter.since))


def evaluate(matters: Sequence[Matter], group_of: Mapping[str, str], every: int = 1) -> Found:
    """Ask for every `every`-th letter that stands in a group."""
    letters, members = Letters(matters), defaultdict[str, set[str]](set)
    for label, group in group_of.items():
        members[group].add(label)
    asked = sorted(group_of)[::every]
    precise: dict[str, list[float]] = defaultdict(list)
    first, five, twenty = 0, 0.0, 0.0
    for label in asked:
        wanted, ranked = members[group_of[label]] - {label}, letters.like(label)
        precise[group_of[label]].append(_average_precision(ranked, wanted))
        first += bool(ranked) and ranked[0] in wanted
        five += len(wanted.intersection(ranked[:5])) / min(len(wanted), 5)
        twenty += len(wanted.intersection(ranked[:20])) / min(len(wanted), 20)
    return Found(
        letters=letters.number,
        groups=len(precise),
        n=len(asked),
        average_precision=sum(map(sum, precise.values())) / len(asked),
        average_precision_of_groups=sum(sum(each) / len(each) for each in precise.values())
        / len(precise),
        first=first / len(asked),
        recall_at_5=five / len(asked),
        recall_at_20=twenty / len(asked),
    )
