"""The open cases that may be about the same matter as a letter, best first, in the sight of one actor.

Looked at are the newest cases that share a seldom pair of characters with it, and the newest of all and of
its category: so much and no more, at any number of cases. A complaint about conduct is never among them.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, Q, QuerySet

from huiying.casework import policy
from huiying.casework.models import CaseFile, Report
from huiying.casework.sight import any_of, letters_of_units
from huiying.casework.states import OPEN
from huiying.finding.bounding import in_one_process
from huiying.finding.folding import fold
from huiying.finding.likeness import Matter, Point
from huiying.finding.masking import mask
from huiying.finding.models import Kind
from huiying.finding.rarity import rarity_of
from huiying.finding.resembling import Why, keys_like, likeliest, texts_of
from huiying.finding.wording import asked_words, searchable
from huiying.intake.models import Submission
from huiying.intake.opening import UNREADABLE, Words, words_in
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, IsAnyOf, KeptQuery

MOST = 5
NEWEST = 80
NEWEST_OF_CATEGORY = 120
MOST_COMPARED = 250
LOOKED_UP = 1_000  # of the letters with the same words, before the others are
COLUMNS = (
    "pk",
    "submission_id",
    "submission__received_at",
    "case__number",
    "case__title",
    "case__state",
    "case__received_at",
    "case__category__code",
)
SEALED = ("pk", "label", "sealed", "seal__key_number", "seal__wrapped")


class _Row(NamedTuple):
    """One letter with its case: the values of `COLUMNS`. A whole model for each would take half the time."""

    pk: int
    letter: int
    came: datetime
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
    """At most `MOST` open cases; those whose ids are in `but` left out. Nine queries at most."""
    new = as_matter(asked, time.now())
    rarity = rarity_of(Kind.LETTER)
    letters = keys_like(Kind.LETTER, new.text, rarity)
    with in_one_process():
        rows = {str(row.pk): row for row in _rows(actor, letters, asked.category_code, list(but))}
    matters = _matters(rows)
    found: dict[int, Alike] = {}
    for label, reason in likeliest(new, matters, rarity, functools.partial(_places, rows)):
        found.setdefault(rows[label].number, _alike(rows[label], reason))
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


def _rows(actor: Actor, letters: list[int], category: str, but: list[int]) -> list[_Row]:
    """One row a letter, the newest first. `letters` come in that order, and more are looked up only where
    the first are too few.
    """
    letters = _within_sight(actor, letters)
    newest = [pk for (pk,) in NEWEST_CASES.rows(category=category)]
    first = REPORTS.rows(actor, letters=letters[:LOOKED_UP], cases=newest, but=but)
    if len(first) < MOST_COMPARED and letters[LOOKED_UP:]:
        first += REPORTS.rows(actor, letters=letters[LOOKED_UP:], cases=[], but=but)
    rows = {_Row(*values) for values in first}
    return sorted(rows, key=lambda row: (row.came, row.pk), reverse=True)[:MOST_COMPARED]


def _within_sight(actor: Actor, letters: list[int]) -> list[int]:
    """These letters without most of those that the actor may not read, where their sight ends at units."""
    rows = letters_of_units(actor)
    if rows is None or not letters:
        return letters
    theirs = set(
        rows.filter(any_of("submission_id", letters)).values_list("submission_id", flat=True)
    )
    return [letter for letter in letters if letter in theirs]


def _reports(
    actor: Actor, *, letters: Given | list[int], cases: Given | list[int], but: Given | list[int]
) -> QuerySet[Report, Any]:
    """What is told of these letters, and of those of these cases, that the actor may see."""
    seen = policy.visible_cases(actor).filter(state__in=OPEN, conduct=False)
    return (
        Report.objects.filter(
            Q(IsAnyOf("submission_id", letters)) | Q(IsAnyOf("case_id", cases)),
            case__in=seen.values("pk"),
            ended_at=None,
            submission__words_erased_at=None,
        )
        .exclude(IsAnyOf("case_id", but))
        .order_by("pk")
        .values_list(*COLUMNS)
    )


def _newest_cases(*, category: Given | str) -> QuerySet[CaseFile, Any]:
    """The newest of all, and of one category (a code)."""
    cases = CaseFile.objects.order_by("-received_at", "-id").values_list("pk")
    of_category = cases.filter(category__code=category)[:NEWEST_OF_CATEGORY]
    return cases[:NEWEST].union(of_category).order_by("pk")


def _sealed(*, letters: Given | list[int]) -> QuerySet[Submission, Any]:
    return Submission.objects.filter(IsAnyOf("pk", letters)).order_by("pk").values_list(*SEALED)


IDS = ArrayField(BigIntegerField())
REPORTS = KeptQuery(_reports, letters=IDS, cases=IDS, but=IDS)
NEWEST_CASES = KeptQuery(_newest_cases, category=CharField())
SEALED_WORDS = KeptQuery(_sealed, letters=IDS)


def _opened(letters: Iterable[int]) -> Iterator[Words | None]:
    """What these letters say, in their order, each opened when it is asked for; None for one that does not
    open. One query.
    """
    wanted = list(letters)
    sealed = {pk: parts for pk, *parts in SEALED_WORDS.rows(letters=wanted)} if wanted else {}
    return (_words(*sealed[pk]) for pk in wanted)


def _words(*sealed: Any) -> Words | None:
    try:
        return words_in(*sealed)
    except UNREADABLE:
        return None


def _matters(rows: Mapping[str, _Row]) -> list[Matter]:
    """What the letters say, from the index, where only masked text is; where they are is not told yet.

    A letter that the index does not hold yet is opened, and masked at once; left out where it does not open.
    """
    texts = texts_of(Kind.LETTER, [row.letter for row in rows.values()])
    late = [row.letter for row in rows.values() if not texts.get(row.letter)]
    for letter, words in zip(late, _opened(late), strict=True):
        if words is not None:
            texts[letter] = searchable(f"{words.title}\n{words.body}\n{words.place}")
    return [
        Matter(label, texts[row.letter], row.category or "", "", None, row.came)
        for label, row in rows.items()
        if row.letter in texts
    ]


def _places(rows: Mapping[str, _Row], labels: Sequence[str]) -> Iterator[tuple[str, Point | None]]:
    """Where these letters say that it is: the place is opened, and its name masked at once."""
    masked: dict[str, str] = {}
    for words in _opened(rows[label].letter for label in labels):
        if words is None:
            yield "", None
            continue
        if words.place not in masked:
            masked[words.place] = _place(words.place)
        yield masked[words.place], _point(words.point)
