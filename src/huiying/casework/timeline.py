"""The acts on a case as the desk's timeline tells them: when, what, who and for which unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject, Substr

from huiying.accounts.reads import AFTER_KIND, acting_as
from huiying.agencies.models import Membership
from huiying.casework.places import Names, UnitLine
from huiying.casework.sentences import Told, told, who_did
from huiying.casework.states import STEPS
from huiying.casework.tellers.words import Words
from huiying.casework.undoing import LastAct, last_of
from huiying.kernel.kept_queries import Given, IsAnyOf, KeptQuery
from huiying.record.models import Entry

ENTRIES = 300
ROLES_OF = {
    f"case.{verb}": frozenset().union(*(step.roles for step in STEPS if step.verb == verb))
    for verb in {step.verb for step in STEPS}
}
GIVING = frozenset({"case.assign", "case.reassign"})
TAKING_AWAY = frozenset({"case.return_to_desk", "case.decline", "case.take_back_from_named"})
TAKING_AWAY |= {"case.undo_assign"}


@dataclass(frozen=True, slots=True)
class _Held:
    """A role that somebody has or had at a unit."""

    unit: UnitLine
    role: str
    since: datetime
    ended_at: datetime | None


def _newest(*, subjects: Given) -> QuerySet[Entry, tuple[Any, ...]]:
    """(id, time, action, actor, payload, name, memberships, subject) of the newest entries."""
    author = acting_as("actor")
    held = Membership.objects.filter(account__label=Substr(OuterRef("actor"), AFTER_KIND)).order_by(
        "id"
    )
    member = JSONObject(unit="unit__code", role="role", since="since", ended_at="ended_at")
    return (
        Entry.objects.filter(IsAnyOf("subject", subjects))
        .annotate(
            name=Subquery(author.values("name")[:1]), held=ArraySubquery(held.values(row=member))
        )
        .order_by("-id")
        .values_list("id", "at", "action", "actor", "payload__data", "name", "held", "subject")[
            :ENTRIES
        ]
    )


NEWEST = KeptQuery(_newest, subjects=ArrayField(CharField()))


def _held(given: Iterable[dict[str, Any]], words: Words) -> list[_Held]:
    found = []
    for row in given:
        unit = words.units.line(row["unit"])
        ended = row["ended_at"] and datetime.fromisoformat(row["ended_at"])
        if unit is not None:
            found.append(_Held(unit, row["role"], datetime.fromisoformat(row["since"]), ended))
    return found


def _acted_for(held: list[_Held], action: str, at: datetime, lead: UnitLine | None) -> Names:
    """The name of the unit for which somebody acted: of those where they then had a role for this act,
    the one that had the case, or the nearest above it, otherwise the first.
    """
    then = [each for each in held if each.since <= at and (not each.ended_at or at < each.ended_at)]
    fitting = [each for each in then if each.role in ROLES_OF.get(action, ())]
    meant = [each.unit for each in fitting or then or held]
    over = [unit for unit in meant if lead is not None and lead.path.startswith(unit.path)]
    chosen = max(over, key=lambda unit: len(unit.path)) if over else next(iter(meant), None)
    return chosen.name if chosen else {}


@dataclass(frozen=True, slots=True)
class Story:
    """What was done, oldest first, and whether older acts are left out; `last` is the case's own."""

    entries: tuple[Told, ...]
    cut: bool
    last: LastAct


def timeline(case: str, letters: list[str], words: Words) -> Story:
    """What was done on a case and its letters (labels).

    One query. Which unit has the case is read from the entries that gave it to one.
    """
    rows = sorted(NEWEST.rows(subjects=[case, *letters]), key=lambda row: (row[1], row[0]))
    found = []
    lead: UnitLine | None = None
    for _id, at, action, actor, data, name, given, _subject in rows:
        unit = _acted_for(_held(given, words), action, at, lead)
        found.append(told(at, action, data, who_did(actor, name, unit), words))
        if action in GIVING:
            lead = words.units.line((data or {}).get("lead", ""))
        elif action in TAKING_AWAY:
            lead = None
    entries = tuple(line for line in found if line is not None)
    on_case = [(row[2], row[3], row[4]) for row in rows if row[7] == case]
    return Story(entries, len(rows) == ENTRIES, last_of(on_case))
