"""More time for an answer: the unit asks, a second person decides, the writers read why."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.deadlines import Pause, began, extended, pause_of, pause_of_letter
from huiying.casework.errors import (
    DayIsOver,
    NoMoreTime,
    NothingAsked,
    NothingToExtend,
    WrongState,
)
from huiying.casework.extension_models import Extension
from huiying.casework.extensions import may_ask, may_decide
from huiying.casework.joined import at_home, earliest_due, own_letter
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Report
from huiying.casework.pausing.cases import own_timetable, reckon_wait
from huiying.casework.pausing.letters import timetable_at
from huiying.casework.states import State
from huiying.casework.stepping import change, check_seen, keep_act
from huiying.casework.telling import tell
from huiying.casework.unfinished import forget_sent
from huiying.casework.words import required
from huiying.clocks.working_time import Timetable
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.days import day_in_words
from huiying.kernel.refusals import Invalid, NotAllowed, SamePerson
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.routing.reads import Room, room_for_more

LONGEST_REASON = 500


@verb
def ask_extension(
    *, actor: Actor, number: int, seen: int | None = None, day: date, reason: str
) -> CaseFile:
    """Ask for time until the end of `day`, with a reason that the writers read if it is granted.

    The promises say how often and for how long. Raises NoMoreTime, NothingToExtend, Invalid.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    if not may_ask(actor, case):
        raise WrongState if policy.may_step(actor, "accept", case) is None else NotAllowed
    said = required(reason, "reason", most=LONGEST_REASON)
    now = time.now()
    letter = _own_letter(case)
    due = letter.due_at
    room = room_for_more(max(due, now), began(letter, case), case.category)
    given = Extension.objects.filter(case=case, round=case.round, granted=True).count()
    if given >= room.times:
        raise NoMoreTime
    if day <= timezone.localdate(max(due, now)):
        raise Invalid(_("Choose a day after the one on which it is due."), field="day")
    _check_latest(day, room, case.legal_date)
    until = room.end_of(day)
    change(case)
    Extension.objects.create(
        case=case,
        round=case.round,
        asked_at=now,
        asked_by=actor.label,
        reason=said,
        due_before=due,
        until=until,
    )
    data = {"until": until.isoformat(), "words": said}
    write(actor=actor, action="case.ask_extension", subject=subject(case), data=data)
    forget_sent(actor, case, "ask_extension")
    return case


def _own_letter(case: CaseFile) -> Report:
    letter = own_letter(case)
    if letter is None:
        raise NothingToExtend
    return letter


def _check_latest(day: date, room: Room, legal_date: date | None) -> None:
    if legal_date is not None and day > legal_date:
        raise Invalid(
            _("The law sets %(day)s; no answer is put off beyond it.")
            % {"day": day_in_words(legal_date)},
            field="day",
        )
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

    What is late by now stays late, whenever it was asked for: then the new day is told, and the clock
    left as it is. Raises NothingAsked, SamePerson, DayIsOver, NothingToExtend.
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
    now = time.now()
    if granted and row.until <= now:
        raise DayIsOver
    letter = _own_letter(case) if granted else own_letter(case)
    due = letter.due_at if letter else row.due_before
    moved, late = extended(due, row.until, *_standing_still(letter, case), now)
    asked.update(decided_at=now, decided_by=actor.label, granted=granted, late=late)
    if granted:
        _extend(case, row.until, moved, late=late, actor=actor)
    else:
        change(case)
        data = {"until": row.until.isoformat(), "words": said}
        write(actor=actor, action="case.refuse_extension", subject=subject(case), data=data)
    forget_sent(actor, case, "decide_extension")
    return case


def _standing_still(letter: Report | None, case: CaseFile) -> tuple[Pause | None, Timetable | None]:
    """The pause of its clock that runs, and by which timetable it counts."""
    pause = pause_of_letter(letter, case) if letter else pause_of(case)
    if pause is None:
        return None, None
    if letter is None:
        return pause, own_timetable(case)
    return pause, timetable_at(case, began(letter, case), case.need)


def _extend(
    case: CaseFile, until: datetime, own_day: datetime, *, late: bool, actor: Actor
) -> None:
    """What was joined to the case keeps its own day, and its writers are not told of another."""
    due = earliest_due(case, own_day)
    change(case, due_at=due)
    own = at_home(case)
    own.update(due_at=own_day)
    reckon_wait(case)
    data = {"until": until.isoformat(), "due_at": own_day.isoformat(), "late": late}
    keep_act(case, actor=actor, verb="extend", data=data)
    tell(own, kind="extended")
