"""Lists of cases: who works from which, what can be asked of them, one page at a time.

A page is found by its sort value and id, never by counting rows away, and counts stop at 1,000: so a
list costs the same at a thousand cases and at a million.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet

from huiying.agencies.models import Role
from huiying.agencies.reads import UnitChoice
from huiying.casework import cursors, policy
from huiying.casework.deadlines import Clock, clock_of, late_at
from huiying.casework.extensions import asked_for
from huiying.casework.models import CaseFile
from huiying.casework.places import (
    Categories,
    Names,
    Units,
    all_categories,
    all_units,
    reach_of,
)
from huiying.casework.sight import Sight, sight_of
from huiying.casework.states import AT_UNIT, OPEN, RETURNS_BEFORE_SUPERVISOR, State
from huiying.harm.facts import CODES, Level
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound

PAGE = 30
COUNTED = 1000
MOST_URGENT = 10


# Rows in parts that share none, by the name of the list.
type Lists = dict[str, Sequence[QuerySet[Any]]]


@dataclass(frozen=True, slots=True)
class Tab:
    """A list that belongs to a role, or to everybody who reads cases. `open_only`: work that is to be
    done, so it is counted and can be sorted by when it is due.
    """

    code: str
    roles: frozenset[str]
    sort: str
    open_only: bool = True


def _tab(code: str, roles: str, sort: str, *, open_only: bool = True) -> Tab:
    return Tab(code, frozenset(roles.split()), sort, open_only)


EVERYBODY = " ".join([*policy.READS_ALL, *policy.READS_BELOW])
TABS = (
    _tab("sort", "clerk", "due"),
    _tab("assign", "dispatcher", "due"),
    _tab("ours", "handler", "due"),
    _tab("support", "handler", "due"),
    _tab("late", "supervisor dispatcher", "due"),
    _tab("sent_back", "supervisor", "due"),
    _tab("more_time", "supervisor dispatcher", "due"),
    _tab("open", EVERYBODY, "due"),
    _tab("answered", EVERYBODY, "newest", open_only=False),
    _tab("closed", EVERYBODY, "newest", open_only=False),
    _tab("all", EVERYBODY, "newest", open_only=False),
)
SORTS = ("newest", "oldest", "due", cursors.URGENT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of the list; what is not known is dropped, or finds nothing.

    `left`: the numbers of the cases that they passed over on the way of "my next case".
    """

    tab: str = ""
    state: str = ""
    unit: str = ""
    category: str = ""
    channel: str = ""
    urgency: str = ""
    late: bool = False
    conduct: bool = False
    sort: str = ""
    after: str = ""
    before: str = ""
    left: str = ""

    @property
    def filtered(self) -> bool:
        """True where anything narrows the tab."""
        return replace(self, tab="", sort="", after="", before="", left="") != Wanted()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list."""

    number: int
    version: int
    title: str
    state: str
    clock: Clock
    unit_name: Names
    category_name: Names
    channel: str
    received_at: datetime
    conduct: bool
    urgency: Level
    round: int
    returns: int


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of a list. `counts` (by tab, of those with work to be done) and `count` stop at 1,001;
    `newer` and `older` are places to go on from, empty where there is nothing. `urgent` are the
    first of its open cases by harm, then by when they are due: at the start of the list, whatever its
    order.
    """

    tabs: list[Tab]
    tab: Tab
    sort: str
    rows: tuple[CaseRow, ...]
    urgent: tuple[CaseRow, ...]
    counts: dict[str, int]
    count: int
    newer: str
    older: str
    sorts: tuple[str, ...]
    units: list[UnitChoice]
    categories: list[tuple[Names, list[tuple[str, Names]]]]
    by_conduct: bool


def tabs_of(actor: Actor) -> list[Tab]:
    """The lists of this actor's roles, in order; none for who reads no letters."""
    return [tab for tab in TABS if actor.has(*tab.roles)]


def _in_tab(
    tab: Tab, actor: Actor, sight: Sight, units: Units, moment: datetime
) -> list[QuerySet[CaseFile]]:
    """The cases of a list, in parts that share none."""
    if tab.code in {"ours", "support"}:
        mine = [line.id for line in units.below(actor.scopes(Role.HANDLER))]
        if tab.code == "ours":
            return [sight.led_by(mine).filter(state__in=AT_UNIT)]
        return [sight.helped_by(mine)]
    found: dict[str, Q] = {
        "sort": Q(state__in=[State.RECEIVED, State.RETURNED]),
        "assign": Q(state__in=[State.TRIAGED, State.RETURNED]),
        "late": late_at(moment),
        "sent_back": Q(returns__gte=RETURNS_BEFORE_SUPERVISOR),
        "more_time": Q(
            pk__in=asked_for().filter(round=OuterRef("round")).values("case"),
            state__in=[State.IN_PROGRESS, State.WAITING],
        ),
        "open": Q(),
        "answered": Q(state=State.ANSWERED),
        "closed": Q(state=State.CLOSED),
        "all": Q(),
    }
    parts = sight.open_cases() if tab.open_only else sight.cases()
    cases = [part.filter(found[tab.code]) for part in parts]
    return _by_due(cases) if tab.code == "late" else cases


def _by_due(parts: Iterable[QuerySet[CaseFile]]) -> list[QuerySet[CaseFile]]:
    """In the order in which an index holds what is late: counting them then passes over no other case."""
    return [part.order_by("due_at", "id") for part in parts]


def _narrowed(wanted: Wanted, units: Units, categories: Categories, moment: datetime) -> Q:
    rule = Q()
    if wanted.state:
        rule &= Q(state=wanted.state)
    if wanted.unit:
        rule &= Q(lead_unit_id__in=units.at_or_below(wanted.unit))
    if wanted.category:
        rule &= Q(category_id__in=categories.at_or_below(wanted.category))
    if wanted.channel:
        rule &= Q(channel=wanted.channel)
    if wanted.urgency:
        rule &= Q(urgency=CODES.get(wanted.urgency))
    if wanted.late:
        rule &= late_at(moment)
    if wanted.conduct:
        rule &= Q(conduct=True)
    return rule


def counts(lists: Lists) -> dict[str, int]:
    """How many rows each list has, whose parts share none, counting no further than 1,001; one query
    for all of them.
    """
    terms: list[str] = []
    names: list[str] = []
    params: list[Any] = []
    for name, parts in lists.items():
        for rows in parts:
            try:
                sql, given = rows.values("pk")[: COUNTED + 1].query.sql_with_params()
            except EmptyResultSet:
                continue
            terms.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - Django's own
            names.append(name)
            params += given
    found = dict.fromkeys(lists, 0)
    if terms:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(terms)}", params)
            for name, count in zip(names, cursor.fetchone() or (), strict=True):
                found[name] = min(found[name] + count, COUNTED + 1)
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """The list that was asked for, in parts that share no row, with its count and those of the tabs."""

    parts: list[QuerySet[CaseFile]]
    count: int
    counts: dict[str, int]


def _asked(
    tabs: Sequence[Tab],
    tab: Tab,
    in_tab: Callable[[Tab], list[QuerySet[CaseFile]]],
    rule: Q,
    also: Lists,
) -> _Asked:
    work = {each.code: in_tab(each) for each in tabs if each.open_only}
    parts = work.get(tab.code) or in_tab(tab)
    if not rule and tab.code in work:
        found = counts(work | also)
        return _Asked(parts, found[tab.code], found)
    parts = [part.filter(rule) for part in parts]
    found = counts({"": parts} | work | also)
    return _Asked(parts, found.pop(""), found)


def _tab_asked(tabs: Sequence[Tab], wanted: Wanted) -> Tab:
    tab = next((each for each in tabs if each.code == wanted.tab), tabs[0])
    if wanted.late or wanted.state in OPEN:  # only open cases fit, so they are looked for as such
        return replace(tab, open_only=True, sort="due")
    return tab


def sight_over(actor: Actor, units: Units) -> Sight:
    """What this actor's lists are made of; one query."""
    own = (Role.HANDLER,) if policy.reads_everything(actor) else policy.READS_BELOW
    return sight_of(actor, [line.id for line in units.below(actor.scopes(*own))])


def case_list(
    actor: Actor, wanted: Wanted, *, size: int = PAGE, also: Lists | None = None
) -> CaseList:
    """One page of the list that `wanted` names (the actor's first, where it names none of theirs).

    `also` are other rows that wait for the actor, counted along with the tabs under their names.
    Raises NotFound for somebody who reads no letters. Six queries whatever the rows: units,
    categories, what is kept from the actor, counts, rows, the most urgent.
    """
    tabs = tabs_of(actor)
    if not tabs:
        raise NotFound
    tab = _tab_asked(tabs, wanted)
    units, categories, moment = all_units(), all_categories(), time.now()
    sight = sight_over(actor, units)
    rule = _narrowed(wanted, units, categories, moment)
    asked = _asked(
        tabs, tab, lambda each: _in_tab(each, actor, sight, units, moment), rule, also or {}
    )
    sorts = SORTS if tab.open_only else SORTS[:2]
    sort = wanted.sort if wanted.sort in sorts else tab.sort
    page = cursors.page_of(asked.parts, sort, wanted.after, wanted.before, size)
    first: Sequence[CaseFile] = ()
    if tab.open_only and size > 1 and not (wanted.after or wanted.before):
        first = cursors.most_urgent(asked.parts, Level.FIRST, MOST_URGENT)
    return CaseList(
        tabs=tabs,
        tab=tab,
        sort=sort,
        rows=tuple(_row(case, units, categories, moment) for case in page.rows),
        urgent=tuple(_row(case, units, categories, moment) for case in first),
        counts=asked.counts,
        count=asked.count,
        newer=page.newer,
        older=page.older,
        sorts=sorts,
        units=units.choices(reach_of(actor), past_too=not tab.open_only),
        categories=categories.groups(units if tab.open_only else None),
        by_conduct=policy.reads_everything(actor),
    )


def _row(case: CaseFile, units: Units, categories: Categories, moment: datetime) -> CaseRow:
    return CaseRow(
        number=case.number,
        version=case.version,
        title=case.title,
        state=case.state,
        clock=clock_of(case, moment),
        unit_name=units.name(case.lead_unit_id),
        category_name=categories.name(case.category_id),
        channel=case.channel,
        received_at=case.received_at,
        conduct=case.conduct,
        urgency=Level(case.urgency),
        round=case.round,
        returns=case.returns,
    )
