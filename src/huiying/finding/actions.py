"""What goes into the index and out of it. Not verbs: part of the verb, or of the worker's round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from huiying.finding.folding import fold
from huiying.finding.masking import mask
from huiying.finding.models import Text
from huiying.kernel import verbs


@dataclass(frozen=True, slots=True)
class Source:
    """One row as its noun has it: the words as received."""

    key: int
    at: datetime
    words: str


def searchable(words: str) -> str:
    """Masked, folded, and masked again: folding may bring out what was written in another way."""
    return mask(fold(mask(words)))


def put(kind: str, sources: Iterable[Source]) -> None:
    """Put texts into the index; one that is there already stays."""
    texts = [
        Text(kind=kind, key=each.key, at=each.at, text=searchable(each.words)) for each in sources
    ]
    Text.objects.bulk_create(texts, ignore_conflicts=True)


def forget(kind: str, keys: Iterable[int]) -> None:
    """Take texts out of the index. Raises RuntimeError outside a verb."""
    if not verbs.running():
        raise RuntimeError("A text leaves the index inside the verb that erases it.")
    Text.objects.filter(kind=kind, key__in=list(keys)).delete()
