"""The lists of the desk: what waits for a reviewer, what one is writing, what was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiying.agencies.models import Role
from huiying.casework import policy as cases
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.replies import policy, signing
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads import finding
from huiying.replies.reads.beside import names_of
from huiying.replies.reads.versions import with_words
from huiying.replies.states import OPEN, WITH_REVIEWER, State

PAGE_SIZE = 30
MOST_COUNTED = finding.MOST_COUNTED


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One reply in a list of the desk. `at` is when it came to its state."""

    label: str
    number: int
    case_title: str
    title: str
    address: str
    unit: str
    drafted_by: str
    state: str
    state_words: str
    correction: bool
    sent_back: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class DeskList:
    """One page. `count` stops at `MOST_COUNTED` + 1; `onward` and `back` are where the next pages go on."""

    lines: tuple[DeskLine, ...]
    count: int
    onward: str
    back: str


def _lines(rows: Sequence[Reply]) -> tuple[DeskLine, ...]:
    chain = with_words(rows)
    names = names_of(reply.drafted_by for reply in rows)
    return tuple(
        DeskLine(
            label=reply.label,
            number=reply.case.number,
            case_title=reply.case.title,
            title=version.title,
            address=reply.address
            if reply.state == State.PUBLISHED and policy.on_view(reply)
            else "",
            unit=localized(reply.unit.name) if reply.unit else "",
            drafted_by=names.get(reply.drafted_by, ""),
            state=reply.state,
            state_words=str(State(reply.state).label),
            correction=reply.corrects_id is not None,
            sent_back=bool(reply.sent_back_because),
            at=reply.issued_at or reply.submitted_at or version.at,
        )
        for reply, version in chain
    )


def _in_reviewers_reach(actor: Actor) -> Q:
    scopes = actor.scopes(Role.REVIEWER)
    if "" in scopes or not scopes:
        return Q()
    units = cases.units_below(scopes).values("pk")
    return Q(case__lead_unit__in=units) | Q(corrects__isnull=False, unit__in=units)


def _to_review(actor: Actor) -> QuerySet[Reply]:
    rows = policy.visible_replies(actor).filter(policy.LIVE, state__in=WITH_REVIEWER)
    return rows.filter(_in_reviewers_reach(actor))


def waiting_rows(actor: Actor) -> dict[str, Sequence[QuerySet[Any]]]:
    """What waits for this person beside cases, to be counted: `review` for a reviewer, `co_sign` for who
    speaks for a unit.
    """
    found: dict[str, Sequence[QuerySet[Any]]] = {}
    if actor.has(Role.REVIEWER):
        found["review"] = [_to_review(actor)]
    if actor.has(*signing.SPEAKERS):
        found["co_sign"] = [signing.waiting_for(actor)]
    return found


def waiting_cases(actor: Actor) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Ids of the cases whose answer is with a reviewer: all of them, and those that wait for this actor,
    who has written no part of it.
    """
    everywhere = Reply.objects.filter(policy.LIVE, state__in=WITH_REVIEWER, corrects=None)
    mine = Reply.objects.none()
    if actor.has(Role.REVIEWER):
        own = ReplyVersion.objects.filter(reply=OuterRef("pk"), author=actor.label)
        mine = _to_review(actor).exclude(Exists(own)).filter(corrects=None)
    return everywhere.values("case_id"), mine.values("case_id")


def _mine(actor: Actor) -> QuerySet[Reply]:
    rows = policy.visible_replies(actor).filter(policy.LIVE, state__in=OPEN)
    return rows.filter(drafted_by=actor.label)


def _page(rows: QuerySet[Reply], *, onward: str, back: str, rising: bool) -> DeskList:
    """One page of `rows` by time of submission (rising) or by id (falling), from a label onward or back."""
    total = rows[: MOST_COUNTED + 1].count()
    cursor = Reply.objects.filter(label=onward or back).first() if onward or back else None
    backwards = bool(back) and cursor is not None
    order = ["submitted_at", "id"] if rising else ["-id"]
    if cursor is not None:
        rows = rows.filter(_beyond(cursor, after=rising != backwards, by_time=rising))
    if backwards:
        order = [name[1:] if name.startswith("-") else f"-{name}" for name in order]
    related = rows.select_related("case", "unit").order_by(*order)
    found = list(related[: PAGE_SIZE + 1])
    more, kept = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        kept.reverse()
    goes_on = bool(kept) and (more or backwards)
    goes_back = bool(kept) and (more if backwards else cursor is not None)
    return DeskList(
        lines=_lines(kept),
        count=total,
        onward=kept[-1].label if goes_on else "",
        back=kept[0].label if goes_back else "",
    )


def _beyond(cursor: Reply, *, after: bool, by_time: bool) -> Q:
    side = "gt" if after else "lt"
    if not by_time:
        return Q(**{f"id__{side}": cursor.pk})
    same_time = Q(submitted_at=cursor.submitted_at, **{f"id__{side}": cursor.pk})
    return Q(**{f"submitted_at__{side}": cursor.submitted_at}) | same_time


def to_review(actor: Actor, *, onward: str = "", back: str = "") -> DeskList:
    """What waits for a reviewer in this person's reach, oldest first."""
    return _page(_to_review(actor), onward=onward, back=back, rising=True)


def my_drafts(actor: Actor, *, onward: str = "", back: str = "") -> DeskList:
    """What this person has begun and is not issued yet, newest first."""
    return _page(_mine(actor), onward=onward, back=back, rising=False)


def _reach(actor: Actor) -> finding.Reach:
    """All units for who reads all letters, otherwise those at or below this person's."""
    scopes = actor.scopes(*cases.READS_BELOW)
    if actor.has(*cases.READS_ALL) or "" in scopes:
        return finding.EVERYTHING
    return finding.Reach(None, tuple(cases.units_below(scopes).values_list("pk", flat=True)))


def published(actor: Actor, *, onward: str = "", back: str = "") -> DeskList:
    """What the units in this person's reach have published, newest first."""
    reach = _reach(actor)
    page = finding.page(reach, older=onward, newer=back, size=PAGE_SIZE)
    rows = policy.visible_replies(actor).filter(pk__in=page.ids).select_related("case", "unit")
    rows = rows.order_by("-answered_at", "-address")
    return DeskList(_lines(list(rows)), finding.count(reach), page.older, page.newer)
