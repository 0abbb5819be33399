"""The parts of a split letter as the desk's page of the whole case shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Coalesce, JSONObject

from huiying.casework import policy
from huiying.casework.deadlines import Clock, Pause, clock
from huiying.casework.errors import PartOfALetter, SeveralLetters
from huiying.casework.models import CaseFile
from huiying.casework.part_models import Part
from huiying.kernel import time
from huiying.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part where it stands now; `moved` says that somebody has acted on it."""

    place: int
    number: int
    title: str
    state: str
    conduct: bool
    category: dict[str, str]
    lead: dict[str, str]
    clock: Clock
    moved: bool


def parts_within() -> ArraySubquery:
    """The parts of a case, as a column that `read_parts` reads."""
    rows = Part.objects.filter(letter__case=OuterRef("pk"), taken_back_at=None).order_by("place")
    row = JSONObject(
        place="place",
        born="born",
        number="report__case__number",
        title="report__case__title",
        state="report__case__state",
        version="report__case__version",
        conduct="report__case__conduct",
        category="report__case__category__name",
        lead="report__case__lead_unit__name",
        due_at="report__due_at",
        waiting_since=Coalesce("report__waiting_since", "report__case__waiting_since"),
        waiting_until="report__case__waiting_until",
        due_after_wait="report__due_after_wait",
        delivered_at="report__delivered_at",
        ended_at="report__ended_at",
    )
    return ArraySubquery(rows.values(row=row))


def read_parts(rows: Iterable[dict[str, Any]]) -> tuple[PartLine, ...]:
    """What `parts_within` found."""
    return tuple(_line(row) for row in rows)


def _line(row: dict[str, Any]) -> PartLine:
    return PartLine(
        place=row["place"],
        number=row["number"],
        title=row["title"],
        state=row["state"],
        conduct=row["conduct"],
        category=row["category"] or {},
        lead=row["lead"] or {},
        clock=clock(
            _moment(row["due_at"]) or time.now(),
            _pause(row),
            ended_at=_moment(row["delivered_at"]) or _moment(row["ended_at"]),
            moment=time.now(),
        ),
        moved=row["version"] != row["born"],
    )


def _pause(row: dict[str, Any]) -> Pause | None:
    since, until = _moment(row["waiting_since"]), _moment(row["waiting_until"])
    return Pause(since, until, _moment(row["due_after_wait"])) if since and until else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def whole_within(actor: Actor) -> QuerySet[CaseFile, int]:
    """Over a report: the number of the case of the whole letter, where this actor may see it."""
    whole = policy.visible_cases(actor).filter(pk=OuterRef("part__letter__case"))
    return whole.values_list("number", flat=True)[:1]


def require_whole(actor: Actor, case: CaseFile, *, letters: int, whole: bool) -> None:
    """Raise why the letter of this case cannot be split by this actor now."""
    policy.require_step(actor, "split", case)
    if not whole:
        raise PartOfALetter
    if letters != 1:
        raise SeveralLetters
