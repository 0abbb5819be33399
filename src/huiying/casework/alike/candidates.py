"""The open cases that may be about the same matter as a letter, best first, in the sight of one actor.

Looked at are the newest cases that share a seldom pair of characters with it, and the newest of all and of
its category: so much and no more, at any number of cases. A complaint about conduct is never among them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from huiying.casework import policy
from huiying.casework.models import CaseFile, Report
from huiying.casework.sight import any_of
from huiying.casework.states import OPEN
from huiying.finding.folding import fold
from huiying.finding.likeness import Matter, Point
from huiying.finding.masking import mask
from huiying.finding.models import Kind, Text
from huiying.finding.rarity import rarity_of
from huiying.finding.resembling import Why, keys_like, likeliest
from huiying.finding.wording import asked_words, searchable
from huiying.intake.opening import UNREADABLE, Words, words_in
from huiying.kernel import time
from huiying.kernel.actors import Actor

MOST = 5
NEWEST = 80
NEWEST_OF_CATEGORY = 120
MOST_COMPARED = 250
COLUMNS = (
    "pk",
    "submission_id",
    "submission__received_at",
    "submission__label",
    "submission__sealed",
    "submission__seal__key_number",
    "submission__seal__wrapped",
    "case__number",
    "case__title",
    "case__state",
    "case__received_at",
    "case__category__code",
)


class _Row(NamedTuple):
    """One letter with its case: the values of `COLUMNS`. A whole model for each would take half the time."""

    pk: int
    letter: int
    came: datetime
    label: str
    sealed: bytes
    key_number: int | None
    wrapped: bytes | None
    number: int
    title: str
    state: str
    received_at: datetime
    category: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wrote, or is writing: as typed."""

    text: str
    place: str = ""
    category_code: str = ""
    point: tuple[float, float] | None = None  # latitude and longitude, where it came with them


@dataclass(frozen=True, slots=True)
class Alike:
    """One case that may be the same, and why."""

    number: int
    title: str
    state: str
    received_at: datetime
    why: Why


def as_matter(asked: Asked, now: datetime) -> Matter:
    """What is compared: masked, and no longer than needed."""
    text = asked_words(asked.text, asked.place)
    return Matter("", text, asked.category_code, _place(asked.place), _point(asked.point), now)


def _place(place: str) -> str:
    return fold(mask(place))


def _point(point: tuple[float, float] | None) -> Point | None:
    return Point(*point) if point else None


def likely_same(actor: Actor, asked: Asked, *, but: Iterable[int] = ()) -> tuple[Alike, ...]:
    """At most `MOST` open cases; those whose ids are in `but` left out. Seven queries at most."""
    new = as_matter(asked, time.now())
    rarity = rarity_of(Kind.LETTER)
    rows = _rows(actor, keys_like(Kind.LETTER, new.text, rarity), asked.category_code, set(but))
    matters = _matters(rows)
    cases = {str(row.pk): row for row in rows}
    found: dict[int, Alike] = {}
    for label, reason in likeliest(new, matters, rarity):
        found.setdefault(cases[label].number, _alike(cases[label], reason))
        if len(found) == MOST:
            break
    return tuple(found.values())


def _alike(row: _Row, reason: Why) -> Alike:
    return Alike(
        number=row.number,
        title=row.title,
        state=row.state,
        received_at=row.received_at,
        why=reason,
    )


def _rows(actor: Actor, letters: Sequence[int], category: str, but: set[int]) -> list[_Row]:
    """One row a letter, the newest first."""
    seen = policy.visible_cases(actor).filter(state__in=OPEN, conduct=False)
    looked_at = any_of("submission_id", letters) | any_of("case_id", _newest(category))
    reports = Report.objects.filter(
        looked_at,
        case__in=seen.values("pk"),
        ended_at=None,
        submission__words_erased_at=None,
    ).exclude(any_of("case_id", but))
    newest = reports.order_by("-submission__received_at", "-pk")
    return [_Row(*values) for values in newest.values_list(*COLUMNS)[:MOST_COMPARED]]


def _newest(category: str) -> list[int]:
    """Ids of the newest cases of all, and of one category (a code)."""
    cases = CaseFile.objects.order_by("-received_at", "-id").values_list("pk", flat=True)
    found = set(cases[:NEWEST])
    if category:
        found.update(cases.filter(category__code=category)[:NEWEST_OF_CATEGORY])
    return sorted(found)


def _matters(rows: Sequence[_Row]) -> dict[str, Matter]:
    """What the letters say, from the index, where only masked text is; by the key of the row.

    The place alone is opened, and its name masked at once; and a letter that the index does not hold yet.
    """
    held = Text.objects.filter(Q(kind=Kind.LETTER), any_of("key", [row.letter for row in rows]))
    texts = dict(held.values_list("key", "text"))
    found = (_matter(row, texts) for row in rows)
    return {matter.label: matter for matter in found if matter is not None}


def _matter(row: _Row, texts: dict[int, str]) -> Matter | None:
    """None where it neither opens nor is in the index."""
    try:
        words = words_in(row.label, row.sealed, row.key_number, row.wrapped)
    except UNREADABLE:
        if row.letter not in texts:
            return None
        words = Words("", "", "")
    return Matter(
        label=str(row.pk),
        text=texts.get(row.letter) or searchable(f"{words.title}\n{words.body}\n{words.place}"),
        category=row.category or "",
        place=_place(words.place),
        point=_point(words.point),
        since=row.came,
    )
