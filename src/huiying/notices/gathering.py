"""One mail a day for who wants it so: what waits for it, and what stands in it."""

import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiying.kernel import identifiers, time
from huiying.notices.models import Outgoing
from huiying.notices.states import Result

DIGEST = "digest"
MOST_LISTED = 100
# Of these numbers of cases, those of which this recipient may not know (any more).
type HiddenFrom = Callable[[str, set[int]], set[int]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """One notice as a line of the mail: its kind and what it told."""

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfTheDay:
    """What stands in a mail of the day, and how many things more do not fit."""

    lines: list[Gathered]
    more: int


def numbers_in(data: dict[str, Any]) -> set[int]:
    """The numbers of the cases that a notice tells of."""
    listed = [each["number"] for each in data.get("cases", ())]
    return {*listed, data["number"]} if "number" in data else set(listed)


def without(data: dict[str, Any], numbers: Container[int]) -> dict[str, Any]:
    """What a notice tells, less the cases with these numbers in its list."""
    if "cases" not in data:
        return data
    return data | {"cases": [each for each in data["cases"] if each["number"] not in numbers]}


def gather(row: Outgoing, at: datetime) -> None:
    """See that this person's mail of the day is on its way for `at`; the notice is found by it.

    Two at once make one: the database keeps a person to one such mail that has not gone yet. It is held
    until this notice ends: one that is going out at this moment has been written, so another follows it.
    """
    waits = Outgoing.objects.filter(
        recipient=row.recipient, kind=DIGEST, ended_at=None, again_of=None
    )
    while not waits.select_for_update().values_list("pk", flat=True):
        mail = Outgoing(
            made_at=time.now(),
            due_at=at,
            kind=DIGEST,
            recipient=row.recipient,
            language=row.language,
            message_id=f"{identifiers.random_label(26)}@huiying",
        )
        Outgoing.objects.bulk_create([mail], ignore_conflicts=True)


def gathered_in(mail: Outgoing, hidden_from: HiddenFrom) -> OfTheDay:
    """What stands in a mail of the day, oldest first; each thing said once, and nothing of a case of which
    its reader may not know any more.
    """
    first = mail.again_of or mail
    rows = Outgoing.objects.filter(
        recipient=mail.recipient, result=Result.GATHERED, ended_at__gte=first.made_at
    )
    if first.ended_at is not None:
        rows = rows.filter(ended_at__lte=first.ended_at)
    said = list(rows.order_by("id").values_list("kind", "data"))
    numbers = {number for _kind, data in said for number in numbers_in(data)}
    hidden = hidden_from(mail.recipient, numbers) if numbers else set()
    found: dict[str, Gathered] = {}
    for kind, data in said:
        line = Gathered(kind, without(data, hidden))
        told = numbers_in(line.data)
        if told.isdisjoint(hidden) and (told or not numbers_in(data)):
            found.setdefault(json.dumps([kind, line.data], sort_keys=True), line)
    lines = list(found.values())
    return OfTheDay(lines[:MOST_LISTED], max(len(lines) - MOST_LISTED, 0))
