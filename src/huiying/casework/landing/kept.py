"""What was suggested for a case, as it was said then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from huiying.casework.landing_models import Suggestion
from huiying.casework.models import CaseFile


@dataclass(frozen=True, slots=True)
class Offered:
    """One suggested category by its code; `likely` between 0 and 1, `because` words of the letter."""

    category: str
    likely: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was said on a case at `at`. `model`: by which version of the model, 0 for none; no offers where
    it kept silent. `rule`: the rule of version `rules` that fitted, 0 for none, and what it says.
    """

    model: int
    at: datetime
    offers: tuple[Offered, ...]
    rules: int = 0
    rule: int = 0
    to: str = ""
    unit: str = ""


def suggested_within() -> ArraySubquery:
    """The newest suggestion of a case as a column of a query of cases, for `read_suggested`."""
    row = JSONObject(
        model="use__learned__number",
        at="at",
        offers="offers",
        rules="rules__number",
        rule="rule",
        to="to",
        unit="unit",
    )
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
    return Suggested(
        model=row["model"] or 0,
        at=datetime.fromisoformat(row["at"]),
        offers=tuple(offers),
        rules=row["rules"] or 0,
        rule=row["rule"] or 0,
        to=row["to"],
        unit=row["unit"],
    )


def newest_suggestion(case: CaseFile) -> Suggestion | None:
    """The last suggestion on a case; None where nothing was asked, and on a complaint about conduct."""
    if case.conduct:
        return None
    said = Suggestion.objects.filter(case=case).select_related("use__learned", "rules")
    return said.defer("use__learned__packed", "rules__rules").order_by("-pk").first()


def forget_reasons(case: CaseFile) -> None:
    """Take the words of the letter out of what was suggested on it; for erasure."""
    for row in Suggestion.objects.filter(case=case).exclude(first=""):
        offers = [each | {"because": []} for each in row.offers]
        Suggestion.objects.filter(pk=row.pk).update(offers=offers)
