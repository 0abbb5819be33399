"""Under which numbers other systems know a case, and by when they want to hear."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from stdnum.cn import ric

from huiying.casework import policy
from huiying.casework.desk_models import OutsideNumber
from huiying.casework.models import CaseFile
from huiying.finding.masking import find
from huiying.kernel import time
from huiying.kernel.actors import Actor

MOST = 20  # on one case
MOST_FOUND = 20
LONGEST = 60
OF_SOMEBODY = frozenset({"mobile", "landline", "mail", "plate", "name"})
YOUNGEST = timedelta(days=5 * 365)
IDENTITY = re.compile("[0-9]{17}[0-9X]")


@dataclass(frozen=True, slots=True)
class NumberShown:
    """One number elsewhere; `due_at` is None where the other system set no date."""

    id: int
    system: str
    number: str
    due_at: datetime | None


def folded(number: str) -> str:
    """A number as it is kept and looked for: without spaces and control characters, in capitals, of
    ordinary width.
    """
    return re.sub(r"[\s\x00-\x1f\x7f]", "", unicodedata.normalize("NFKC", number)).upper()


def says_who(number: str) -> bool:
    """Whether a folded number is one of a person. A platform's own may look like an identity number, with
    the day of the letter in the place of the birthday.
    """
    kinds = {found.kind for found in find(number) if (found.start, found.end) == (0, len(number))}
    return bool(kinds & OF_SOMEBODY) or _is_identity(number)


def _is_identity(number: str) -> bool:
    if not IDENTITY.fullmatch(number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        born = date.fromisoformat(number[6:14])
    except ValueError:
        return False
    return born < time.now().date() - YOUNGEST


def _of(case: Any) -> QuerySet[OutsideNumber]:
    return OutsideNumber.objects.filter(case=case, ended_at=None).order_by("id")


def numbers_within() -> ArraySubquery:
    """The numbers of a case as a column of a query of cases, for `read_numbers`."""
    row = JSONObject(id="id", system="system", number="number", due_at="due_at")
    return ArraySubquery(_of(OuterRef("pk")).values(row=row)[:MOST])


def read_numbers(rows: Iterable[dict[str, Any]]) -> list[NumberShown]:
    """What `numbers_within` found, oldest first."""
    return [
        NumberShown(
            row["id"],
            row["system"],
            row["number"],
            datetime.fromisoformat(row["due_at"]) if row["due_at"] else None,
        )
        for row in rows
    ]


def numbers_on(case: CaseFile) -> list[NumberShown]:
    """The numbers of a case that the reader was found to see, oldest first. One query."""
    return [NumberShown(row.pk, row.system, row.number, row.due_at) for row in _of(case)[:MOST]]


def cases_under(actor: Actor, typed: str) -> list[int]:
    """The numbers of the visible cases that another system knows under exactly this number, the newest
    first. One query.
    """
    number = folded(typed)
    if not number or len(number) > LONGEST:
        return []
    known = OutsideNumber.objects.filter(number=number, ended_at=None)
    rows = policy.visible_cases(actor).filter(pk__in=known.values("case_id"))
    return list(rows.order_by("-number").values_list("number", flat=True)[:MOST_FOUND])
