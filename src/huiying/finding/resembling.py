"""Looking texts up by what they share with another one, and saying why two may be about the same matter.

Bounded at any number of texts: the index is asked for a few seldom pairs of characters, and what comes back
is cut off, the newest kept. Who may see what, whoever asks brings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

from huiying.finding.grams import SharesPairs
from huiying.finding.likeness import Likeness, Matter, bigrams, compared
from huiying.finding.models import Text
from huiying.finding.rarity import Rarity
from huiying.finding.whereabouts import road

MOST_READ = 12_000  # texts that the index may name
MOST_KEPT = 2_000
NEARLY_ALL, SIMILAR, SOME = 0.7, 0.35, 0.15  # of the shorter text, counting seldom pairs for more
SAME_PLACE = 0.6  # share of the pairs of two names
BESIDE = 100  # metres between two points
FEW_PAIRS = 4  # fewer say nothing
NEWEST = "SELECT key FROM ({named}) AS named (at, key) ORDER BY at DESC, key DESC LIMIT %s"


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
    that have another pair with its number. One query at most.
    """
    pairs = rarity.rarest(bigrams(text))
    if not pairs:
        return []
    texts = Text.objects.filter(SharesPairs("text", pairs), kind=kind)
    named, values = texts.values("at", "key")[:MOST_READ].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.format(named=named), (*values, MOST_KEPT))
        return [key for (key,) in cursor.fetchall()]


def likeliest(
    new: Matter, matters: Mapping[str, Matter], rarity: Rarity
) -> Iterator[tuple[str, Why]]:
    """The labels of those that are likely enough to be shown, best first, each with why."""
    for each in compared(new, matters.values(), rarity.weigh):
        reason = why(each, new, matters[each.label])
        if reason is not None:
            yield each.label, reason


def why(found: Likeness, ours: Matter, theirs: Matter) -> Why | None:
    """Why `theirs` may be the same as `ours`; None where too little speaks for it to be shown to anybody."""
    if found.covered < SOME and not found.same_category:
        return None
    words = found.covered if len(bigrams(ours.text)) >= FEW_PAIRS else 0.0
    street = _shared_road(ours, theirs)
    beside = found.metres is not None and found.metres <= BESIDE
    placed = beside or found.place >= SAME_PLACE or bool(street)
    if not (words >= SIMILAR or (placed and (found.same_category or words >= SOME))):
        return None
    said = "nearly" if words >= NEARLY_ALL else "similar" if words >= SIMILAR else ""
    return Why(
        words=said,
        place=found.place >= SAME_PLACE,
        street=street,
        category=found.same_category,
        metres=None if found.metres is None else round(found.metres),
        days=max(int(found.days), 0),
    )


def _shared_road(ours: Matter, theirs: Matter) -> str:
    """The road that both name, in the place or, where that is empty, in the words."""
    one, other = (road(each.place or each.text) for each in (ours, theirs))
    return one if one and one == other else ""
