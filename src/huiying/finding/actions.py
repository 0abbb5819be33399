"""What goes into the index and out of it. Not verbs: part of the verb, or of the worker's round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from huiying.finding.masking import hidden_in
from huiying.finding.models import Text
from huiying.finding.wording import folded_without
from huiying.kernel import verbs


@dataclass(frozen=True, slots=True)
class Source:
    """One row as its noun has it: the words as received."""

    key: int
    at: datetime
    words: str


def put(kind: str, sources: Iterable[Source]) -> None:
    """Put texts into the index; one that is there already stays."""
    texts = [_text(kind, source) for source in sources]
    Text.objects.bulk_create(texts, ignore_conflicts=True)


def _text(kind: str, source: Source) -> Text:
    hidden = hidden_in(source.words)
    text = folded_without(source.words, hidden)
    return Text(kind=kind, key=source.key, at=source.at, text=text, hidden=hidden)


def forget(kind: str, keys: Iterable[int]) -> None:
    """Take texts out of the index. Raises RuntimeError outside a verb."""
    if not verbs.running():
        raise RuntimeError("A text leaves the index inside the verb that erases it.")
    Text.objects.filter(kind=kind, key__in=list(keys)).delete()
