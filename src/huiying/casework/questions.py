"""Which unit asked the question that a writer reads: the one that led the case when it was asked."""

from collections.abc import Sequence
from datetime import datetime

from huiying.casework.models import CaseFile, Move

type Asked = tuple[datetime, dict[str, str]]


def questions_on(case: CaseFile) -> list[Asked]:
    """When a question was asked on this case, and the name of the unit, oldest first. One query."""
    rows = Move.objects.filter(case=case, verb="ask_resident").order_by("at", "id")
    return list(rows.values_list("at", "unit__name"))


def asked_by(asked: Sequence[Asked], at: datetime) -> dict[str, str]:
    """The name of the unit whose question stands in the exchange at `at`; empty where none is known."""
    return next((name or {} for moment, name in reversed(asked) if moment <= at), {})
