"""The open cases that may be about the same matter as a letter, best first, in the sight of one actor.

Looked at are the newest cases that share a seldom pair of characters with it, and the newest of all and of
its category: so much and no more, at any number of cases. A complaint about conduct is never among them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from huiying.casework import policy
from huiying.casework.models import CaseFile, Report
from huiying.casework.sight import any_of
from huiying.casework.states import OPEN
from huiying.finding.folding import fold
from huiying.finding.likeness import Matter, compared
from huiying.finding.masking import mask
from huiying.finding.models import Kind, Text
from huiying.finding.rarity import rarity_of
from huiying.finding.resembling import Why, keys_like, why
from huiying.finding.wording import asked_words, searchable
from huiying.kernel import time
from huiying.kernel.actors import Actor

MOST = 5
NEWEST = 80
NEWEST_OF_CATEGORY = 120
MOST_COMPARED = 250


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wrote, or is writing: as typed."""

    text: str
    place: str = ""
    category_code: str = ""


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
    return Matter("", text, asked.category_code, _place(asked.place), None, now)


def _place(place: str) -> str:
    return fold(mask(place))


def likely_same(actor: Actor, asked: Asked, *, but: Iterable[int] = ()) -> tuple[Alike, ...]:
    """At most `MOST` open cases; those whose ids are in `but` left out. Seven queries at most."""
    new = as_matter(asked, time.now())
    rarity = rarity_of(Kind.LETTER)
    rows = _rows(actor, keys_like(Kind.LETTER, new.text, rarity), asked.category_code, set(but))
    matters = _matters(rows)
    cases = {str(row["pk"]): row for row in rows}
    found: dict[int, Alike] = {}
    for each in compared(new, matters.values(), rarity.weigh):
        row, reason = cases[each.label], why(each, new, matters[each.label])
        if reason is not None and len(found) < MOST:
            found.setdefault(row["case__number"], _alike(row, reason))
    return tuple(found.values())


def _alike(row: dict[str, Any], reason: Why) -> Alike:
    return Alike(
        number=row["case__number"],
        title=row["case__title"],
        state=row["case__state"],
        received_at=row["case__received_at"],
        why=reason,
    )


def _rows(
    actor: Actor, letters: Sequence[int], category: str, but: set[int]
) -> list[dict[str, Any]]:
    """One row a letter, the newest first."""
    seen = policy.visible_cases(actor).filter(state__in=OPEN, conduct=False)
    looked_at = any_of("submission_id", letters) | any_of("case_id", _newest(category))
    reports = Report.objects.filter(
        looked_at,
        case__in=seen.values("pk"),
        ended_at=None,
        submission__words_erased_at=None,
    ).exclude(any_of("case_id", but))
    columns = (
        "pk",
        "submission_id",
        "submission__received_at",
        "submission__title",
        "submission__body",
        "submission__place",
        "case__number",
        "case__title",
        "case__state",
        "case__received_at",
        "case__category__code",
    )
    return list(
        reports.order_by("-submission__received_at", "-pk").values(*columns)[:MOST_COMPARED]
    )


def _newest(category: str) -> list[int]:
    """Ids of the newest cases of all, and of one category (a code)."""
    cases = CaseFile.objects.order_by("-received_at", "-id").values_list("pk", flat=True)
    found = set(cases[:NEWEST])
    if category:
        found.update(cases.filter(category__code=category)[:NEWEST_OF_CATEGORY])
    return sorted(found)


def _matters(rows: Sequence[dict[str, Any]]) -> dict[str, Matter]:
    """What the letters say, from the index, where only masked text is; by the key of the row."""
    held = Text.objects.filter(
        Q(kind=Kind.LETTER), any_of("key", [row["submission_id"] for row in rows])
    )
    texts = dict(held.values_list("key", "text"))
    return {
        str(row["pk"]): Matter(
            label=str(row["pk"]),
            text=texts.get(row["submission_id"]) or searchable(_words(row)),
            category=row["case__category__code"] or "",
            place=_place(row["submission__place"]),
            point=None,
            since=row["submission__received_at"],
        )
        for row in rows
    }


def _words(row: dict[str, Any]) -> str:
    parts = (row["submission__title"], row["submission__body"], row["submission__place"])
    return "\n".join(parts)
