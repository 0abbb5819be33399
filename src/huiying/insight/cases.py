"""The cases behind a figure: a read of its own, as it goes by the case's own policy as well."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q

from huiying.agencies.models import Unit
from huiying.casework.policy import visible_cases
from huiying.insight import figures, policy
from huiying.insight.errors import NoSuchFigure
from huiying.insight.models import BriefLine
from huiying.insight.reads import BriefHead, chosen
from huiying.kernel.actors import Actor
from huiying.kernel.paging import beyond, place_of, read_place
from huiying.routing.models import Category

CASES_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as it stood at the end of the brief. `may_open`: this actor may read its letter now."""

    number: int
    category: dict[str, str]
    unit: dict[str, str]
    state: str
    due_at: datetime
    clock: str
    decision: str
    conduct: bool
    submissions: int
    may_open: bool


@dataclass(frozen=True, slots=True)
class CasesBehind:
    """`number` is the figure, `cases` how many cases it stands on; `lines` are those that this actor
    may see, a page of them. A narrowed list counts these alone. `narrowed_to` holds names by
    dimension. `next_after` is the cursor of the next page, empty on the last.
    """

    brief: BriefHead
    figure: figures.Figure
    number: int
    cases: int
    narrowed_to: dict[str, dict[str, str]]
    lines: list[CaseLine]
    next_after: str


def _after(cursor: str) -> Q:
    place = read_place(cursor)
    if place is None:
        raise NoSuchFigure
    return beyond("due_at", place, number="number")


def _as_read(actor: Actor, page: list[BriefLine]) -> list[CaseLine]:
    ids = [line.case_id for line in page]
    readable = set(visible_cases(actor).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        CaseLine(
            number=line.number,
            category=line.category.name if line.category else {},
            unit=line.unit.name if line.unit else {},
            state=line.state,
            due_at=line.due_at,
            clock=line.clock,
            decision=line.decision,
            conduct=line.conduct,
            submissions=line.submissions,
            may_open=line.case_id in readable,
        )
        for line in page
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which list: the brief by day, hour and version (None: the newest), the figure, and what narrows it."""

    day: date
    until: time
    version: int | None
    figure: str
    narrowed_by: dict[str, str]


def _names(narrowed_by: dict[str, str]) -> dict[str, dict[str, str]]:
    """The names of the unit and the category that the list is narrowed to, where there are such."""
    found: dict[str, dict[str, str]] = {}
    for dimension, model in (("unit", Unit), ("category", Category)):
        rows = model.objects.filter(code=narrowed_by.get(dimension, "")).values_list(
            "name", flat=True
        )
        for name in rows:
            found[dimension] = name
    return found


def _could_tell(narrowed_by: dict[str, str]) -> bool:
    """Whether a number narrowed so far could tell somebody of a complaint that is kept from them.

    Every narrowed list can, so it counts only what it shows; the figures of the brief itself stay whole.
    """
    return bool(narrowed_by)


def cases_behind(actor: Actor, wanted: Wanted, *, after: str = "") -> CasesBehind:
    """The cases that a figure counts, those due first standing first, a page at a time.

    Raises NoBrief, NoSuchFigure, NotAllowed.
    """
    figure = figures.figure(wanted.figure)
    narrowed = figures.narrowed(wanted.narrowed_by)
    brief, _versions = chosen(wanted.day, wanted.until, wanted.version)
    lines = policy.lines_of(actor, brief.id).filter(figure.where, narrowed)
    if _could_tell(wanted.narrowed_by):
        lines = lines.filter(policy.shown_to(actor))
    counted = lines.aggregate(number=figure.total(), cases=Count("pk"))
    page = (
        lines.filter(policy.shown_to(actor))
        .select_related("category", "unit")
        .order_by("due_at", "number")
    )
    if after:
        page = page.filter(_after(after))
    found = list(page[: CASES_PER_PAGE + 1])
    listed = found[:CASES_PER_PAGE]
    return CasesBehind(
        brief=brief,
        figure=figure,
        number=counted["number"],
        cases=counted["cases"],
        narrowed_to=_names(wanted.narrowed_by),
        lines=_as_read(actor, listed),
        next_after=place_of(listed[-1].due_at, listed[-1].number)
        if len(found) > CASES_PER_PAGE
        else "",
    )
