"""Words as they are searched and compared: masked and folded. Pure."""

from collections.abc import Sequence

from huiying.finding.folding import fold
from huiying.finding.masking import hidden_in, hide, mask

LONGEST = 3_000  # characters of what somebody is writing that are looked at


def searchable(words: str) -> str:
    """Masked, folded, and masked again: folding may bring out what was written in another way."""
    return folded_without(words, hidden_in(words))


def folded_without(words: str, hidden: Sequence[int]) -> str:
    """`searchable` for words of which it is known what to hide."""
    return mask(fold(hide(words, hidden)))


def asked_words(text: str, place: str) -> str:
    """What somebody is writing, as it is compared, no longer than needed."""
    return searchable(f"{text[:LONGEST]}\n{place}")
