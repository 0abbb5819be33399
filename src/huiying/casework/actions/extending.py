"""More time for an answer: the unit asks, a second person decides, the writers read why."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.actions.sorting import round_start
from huiying.casework.errors import NoMoreTime, NothingAsked, WrongState
from huiying.casework.extension_models import Extension
from huiying.casework.extensions import may_ask, may_decide
from huiying.casework.joined import at_home, earliest_due
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.casework.stepping import change, check_seen, move_row
from huiying.casework.telling import tell_writers
from huiying.casework.words import required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.days import day_in_words
from huiying.kernel.inserting import insert_together
from huiying.kernel.refusals import Invalid, NotAllowed, SamePerson
from huiying.kernel.verbs import verb
from huiying.record.actions import entry_rows, write
from huiying.routing.reads import Room, room_for_more

LONGEST_REASON = 500


@verb
def ask_extension(
    *, actor: Actor, number: int, seen: int | None = None, day: date, reason: str
) -> CaseFile:
    """Ask for time until the end of `day`, with a reason that the writers read if it is granted.

    The promises say how often and for how long. Raises NoMoreTime, Invalid.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not may_ask(actor, case):
        raise WrongState if policy.may_step(actor, "accept", case) is None else NotAllowed
    said = required(reason, "reason", most=LONGEST_REASON)
    now = time.now()
    room = room_for_more(max(case.due_at, now), round_start(case), case.category)
    given = Extension.objects.filter(case=case, round=case.round, granted=True).count()
    if given >= room.times:
        raise NoMoreTime
    if day <= timezone.localdate(max(case.due_at, now)):
        raise Invalid(_("Choose a day after the one on which it is due."), field="day")
    _check_latest(day, room)
    until = room.end_of(day)
    change(case)
    Extension.objects.create(
        case=case,
        round=case.round,
        asked_at=now,
        asked_by=actor.label,
        reason=said,
        due_before=case.due_at,
        until=until,
    )
    data = {"until": until.isoformat(), "words": said}
    write(actor=actor, action="case.ask_extension", subject=subject(case), data=data)
    return case


def _check_latest(day: date, room: Room) -> None:
    latest = timezone.localdate(room.latest)
    if day > latest:
        raise Invalid(
            _("The promises allow %(day)s at the latest.") % {"day": day_in_words(latest)},
            field="day",
        )


@verb
def decide_extension(
    *, actor: Actor, number: int, seen: int | None = None, granted: bool, words: str = ""
) -> CaseFile:
    """Grant more time, or refuse it with a reason for the unit; never for one's own request.

    What was late when it was asked for stays late: then the new day is told, and the clock left as it
    is. Raises NothingAsked, SamePerson.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not may_decide(actor, case):
        raise NotAllowed
    asked = Extension.objects.select_for_update().filter(
        case=case, round=case.round, decided_at=None
    )
    row = asked.first()
    if row is None or case.state not in (State.IN_PROGRESS, State.WAITING):
        raise NothingAsked
    if row.asked_by == actor.label:
        raise SamePerson
    said = "" if granted else required(words, "words")
    asked.update(decided_at=time.now(), decided_by=actor.label, granted=granted)
    if granted:
        _extend(case, row, actor=actor)
    else:
        change(case)
        data = {"until": row.until.isoformat(), "words": said}
        write(actor=actor, action="case.refuse_extension", subject=subject(case), data=data)
    return case


def _extend(case: CaseFile, row: Extension, *, actor: Actor) -> None:
    late = row.due_before < row.asked_at
    own_due = case.due_at if late else max(case.due_at, row.until)
    due = earliest_due(case, own_due)  # what was joined to it keeps its own day
    change(case, due_at=due)
    if not late:
        at_home(case).update(due_at=own_due)
    data = {"until": row.until.isoformat(), "due_at": due.isoformat(), "late": late}
    insert_together(
        move_row(case, verb="extend", source=case.state, at=case.moved_at),
        *entry_rows(actor=actor, action="case.extend", subject=subject(case), data=data),
    )
    tell_writers(case, kind="extended")
