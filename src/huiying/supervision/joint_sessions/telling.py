"""Whom a session's steps are told, and the entries on its cases.

A notice holds a day and an hour, and which session: no topic, no number of a case, no word of anybody.
"""

from collections.abc import Collection, Iterable

from django.utils import timezone

from huiying.accounts.models import Account
from huiying.agencies.models import Membership, Role, Unit
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.notices.actions import notice_row
from huiying.notices.models import Outgoing
from huiying.record.actions import write
from huiying.supervision.joint_sessions.models import JointSession, Participant, SetAside, Task
from huiying.supervision.joint_sessions.policy import is_kept_from, own_account
from huiying.supervision.joint_sessions.states import Part
from huiying.supervision.policy import HEADS


def people_of(unit: Unit) -> list[Account]:
    """Who answers for the unit itself; where nobody does, its handlers. One query."""
    held = Membership.objects.filter(unit=unit, ended_at=None, account__is_active=True)
    roles = (*HEADS, Role.HANDLER)
    rows = list(held.filter(role__in=roles).select_related("account").order_by("account_id"))
    heads = [row.account for row in rows if row.role in HEADS]
    return heads or [row.account for row in rows]


def seated(seats: Iterable[Participant]) -> list[Account]:
    """Everybody whom these seats stand for."""
    found: list[Account] = []
    for seat in seats:
        if seat.account is not None:
            found.append(seat.account)
        elif seat.unit is not None:
            found += people_of(seat.unit)
    return found


def tell(
    actor: Actor,
    what: str,
    people: Iterable[Account],
    *,
    session: JointSession,
    cases: Collection[CaseFile],
    day: str = "",
) -> None:
    """Queue a notice to each of them once, but for who acts, who has left, and who may not know of it.

    `day` is the last one of a task; else it is when the session begins.
    """
    told = {each.pk: each for each in people if each.is_active}
    begins = timezone.localtime(session.starts_at)
    data = {
        "what": what,
        "session": session.label,
        "day": day or f"{begins:%Y-%m-%d}",
        "time": f"{begins:%H:%M}",
    }
    Outgoing.objects.bulk_create(
        notice_row(
            kind="joint_session",
            recipient=f"staff:{each.label}",
            language=each.language,
            data=data,
        )
        for _pk, each in sorted(told.items())
        if f"staff:{each.label}" != actor.label and not is_kept_from(each, cases)
    )


def write_entries(
    actor: Actor,
    action: str,
    session: JointSession,
    cases: Iterable[CaseFile],
    *,
    task: Task | None = None,
    **data: str | int,
) -> None:
    """One entry on each case; of words only that there are some."""
    said = {"session": session.label, **data} | ({"task": task.label} if task else {})
    for case in cases:
        write(actor=actor, action=f"joint_session.{action}", subject=subject(case), data=said)


def set_aside(
    actor: Actor, session: JointSession, cases: Collection[CaseFile], part: Part, row: int
) -> None:
    """Let the words of `row` wait for a look; who called the session is told. Part of the verb that wrote
    them.
    """
    SetAside.objects.create(
        session=session, part=part, row=row, author_id=own_account(actor), at=time.now()
    )
    tell(actor, "waiting", [session.called_by], session=session, cases=cases)
