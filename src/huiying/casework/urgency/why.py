"""Why a case is as urgent as it is: each fact, who said it, and what the desk decided of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce, JSONObject

from huiying.casework.harm_models import HarmDecision
from huiying.casework.models import CaseFile
from huiying.casework.urgency.standing import RoundNeed, round_need
from huiying.harm.facts import Fact, in_order
from huiying.harm.urgency import Need


@dataclass(frozen=True, slots=True)
class Decided:
    """What the desk said of a fact last; `reason` is empty where it is erased, or stands with the whole
    letter.
    """

    holds: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One fact: whether it `holds` now, whether the writer ticked it, what the desk said of it last, and
    whether another letter `brought` it since.
    """

    fact: Fact
    holds: bool
    by_writer: bool
    decided: Decided | None
    brought: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """The urgency and all that it follows from; the first line that holds decides it."""

    need: Need
    lines: tuple[WhyLine, ...]


def decided_within() -> ArraySubquery:
    """What the desk said of the facts of a case, oldest first, as a column that `why` reads."""
    return _rows(OuterRef("pk"))


def decided_of_own() -> ArraySubquery:
    """The same as a column of a letter: of the case that it made."""
    return _rows(Coalesce(OuterRef("own_case"), OuterRef("case")))


def _rows(case: OuterRef | Coalesce) -> ArraySubquery:
    rows = HarmDecision.objects.filter(case=case).order_by("pk")
    row = JSONObject(fact="fact", holds="holds", reason="reason", at="at", along="along_with")
    return ArraySubquery(rows.values(row=row))


def _last(rows: Iterable[dict[str, Any]]) -> dict[str, Decided]:
    return {
        row["fact"]: Decided(row["holds"], row["reason"], datetime.fromisoformat(row["at"]))
        for row in rows
    }


def why(case: CaseFile, rows: Iterable[dict[str, Any]], said: Collection[str]) -> Why:
    """`rows` as `decided_within` found them; `said` is what the writer, or any of the writers, ticked."""
    told = list(rows)
    decided, facts = _last(row for row in told if row["along"] is None), case.facts
    brought = {row["fact"]: row["along"] is not None and row["holds"] for row in told}
    lines = [
        WhyLine(
            fact=fact,
            holds=fact.code in facts,
            by_writer=fact.code in said,
            decided=decided.get(fact.code),
            brought=brought.get(fact.code, False),
        )
        for fact in in_order({*facts, *said, *decided})
    ]
    return Why(case.need, tuple(sorted(lines, key=lambda line: not line.holds)))


def need_at_first(
    case: CaseFile, rows: Sequence[dict[str, Any]], said: Collection[str], start: datetime
) -> RoundNeed:
    """How urgent the round that began at `start` was; `rows` as `decided_of_own` found them."""
    told = [(row["fact"], row["holds"], datetime.fromisoformat(row["at"])) for row in rows]
    return round_need(case, said, told, start)
