"""What was suggested for a case, as it was said then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from huiying.casework.models import CaseFile, Suggestion


@dataclass(frozen=True, slots=True)
class Offered:
    """One suggested category by its code; `likely` between 0 and 1, `because` words of the letter."""

    category: str
    likely: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What version `number` of the model said on a case at `at`; no offers where it kept silent."""

    number: int
    at: datetime
    offers: tuple[Offered, ...]


def suggested_within() -> ArraySubquery:
    """The newest suggestion of a case as a column of a query of cases, for `read_suggested`."""
    row = JSONObject(number="use__learned__number", at="at", offers="offers")
    newest = Suggestion.objects.filter(case=OuterRef("pk")).order_by("-pk")
    return ArraySubquery(newest.values(row=row)[:1])


def read_suggested(case: CaseFile, rows: list[dict[str, Any]]) -> Suggested | None:
    """What `suggested_within` found; None where nothing was asked. Never on a complaint about conduct."""
    if case.conduct or not rows:
        return None
    row = rows[0]
    offers = [
        Offered(each["category"], each["likely"], tuple(each["because"])) for each in row["offers"]
    ]
    return Suggested(row["number"], datetime.fromisoformat(row["at"]), tuple(offers))


def newest_suggestion(case: CaseFile) -> Suggestion | None:
    """The last suggestion on a case that said something; None on a complaint about conduct."""
    if case.conduct:
        return None
    said = Suggestion.objects.filter(case=case).select_related("use__learned")
    newest = said.defer("use__learned__packed").order_by("-pk").first()
    return newest if newest is not None and newest.first else None


def forget_reasons(case: CaseFile) -> None:
    """Take the words of the letter out of what was suggested on it; for erasure."""
    for row in Suggestion.objects.filter(case=case).exclude(first=""):
        offers = [each | {"because": []} for each in row.offers]
        Suggestion.objects.filter(pk=row.pk).update(offers=offers)
