"""Calling a session, calling it off, and saying whether one comes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotFound
from huiying.kernel.verbs import verb
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.errors import CannotTakePart, Settled
from huiying.supervision.joint_sessions.models import Attached, JointSession, Participant
from huiying.supervision.joint_sessions.states import BY_VERB, Part, Seat, State
from huiying.supervision.joint_sessions.telling import seated, set_aside, tell, write_entries
from huiying.supervision.joint_sessions.wording import own_words
from huiying.supervision.policy import known_cases

LONGEST_TOPIC, LONGEST_PLACE, LONGEST_WORDS = 120, 200, 4000
MOST_CASES, MOST_SEATS = 20, 30
LATEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Call:
    """What is called: numbers of cases, codes of units, user names. `key` is the form's own; the same
    form with the same content calls one session, however often it is sent.
    """

    numbers: Sequence[int]
    topic: str
    starts_at: datetime
    place: str
    units: Sequence[str] = ()
    people: Sequence[str] = ()
    key: str = ""

    def digest(self) -> str:
        """SHA-256 of key and content."""
        said = [
            self.key, sorted(set(self.numbers)), self.topic, self.starts_at.isoformat(), self.place,
            sorted(set(self.units)), sorted(set(self.people)),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@verb
def call_session(*, actor: Actor, call: Call) -> JointSession:
    """Call people to a session about these cases, and tell them; a second time the session that was called
    the first time. Raises NotAllowed, Invalid, SaysWho, RepeatsLetter, TooManyWords, CannotTakePart.
    """
    cases = _cases(actor, call.numbers)
    policy.require(policy.may_keep(actor, cases))
    caller = policy.own_account(actor)
    digest = call.digest()
    before = JointSession.objects.filter(called_by=caller, key=digest).first()
    if before is not None:
        return before
    _check_time(call.starts_at)
    seats = _seats(call, cases)
    topic, waits = own_words(actor, call.topic, "topic", cases=cases, most=LONGEST_TOPIC)
    place, _waits = own_words(actor, call.place, "place", cases=cases, most=LONGEST_PLACE)
    session = JointSession(
        label=random_label(),
        key=digest,
        topic=topic,
        starts_at=call.starts_at,
        place=place,
        called_by_id=caller,
        called_at=time.now(),
    )
    JointSession.objects.bulk_create([session], ignore_conflicts=True)
    kept = JointSession.objects.get(called_by=caller, key=digest)
    if kept.label == session.label:
        _attach(actor, kept, cases, seats)
        if waits:
            set_aside(actor, kept, cases, Part.TOPIC, kept.pk)  # and the place with it
    return kept


def _attach(
    actor: Actor, session: JointSession, cases: list[CaseFile], seats: list[Participant]
) -> None:
    Attached.objects.bulk_create(Attached(session=session, case=case) for case in cases)
    for seat in seats:
        seat.session = session
    Participant.objects.bulk_create(seats)
    tell(actor, "called", seated(seats), session=session, cases=cases)
    write_entries(actor, "called", session, cases, seats=len(seats))


def _cases(actor: Actor, numbers: Sequence[int]) -> list[CaseFile]:
    wanted = sorted(set(numbers))
    if not 1 <= len(wanted) <= MOST_CASES:
        raise Invalid(_("Give the numbers of 1 to 20 cases."), field="numbers")
    known = known_cases(actor).select_related("lead_unit").filter(number__in=wanted)
    cases = list(known.order_by("number"))
    missing = set(wanted) - {case.number for case in cases}
    if missing:
        said = _("There is no case %(number)s, or it is not for you.")
        raise Invalid(said % {"number": min(missing)}, field="numbers")
    ended = next((case for case in cases if case.state not in OPEN), None)
    if ended is not None:
        closed = _("Case %(number)s is not open. It would have to be reopened first.")
        raise Invalid(closed % {"number": ended.number}, field="numbers")
    if len(cases) > 1 and any(case.conduct for case in cases):
        raise Invalid(
            _("A complaint about conduct has a session of its own, without other cases."),
            field="numbers",
        )
    return cases


def _check_time(starts_at: datetime) -> None:
    if not time.now() < starts_at <= time.now() + LATEST:
        raise Invalid(_("Choose a time from now on, within a year."), field="starts_at")


def _seats(call: Call, cases: list[CaseFile]) -> list[Participant]:
    """Who sits there; each once. Raises Invalid, CannotTakePart."""
    codes, names = sorted(set(call.units)), sorted({each.strip().lower() for each in call.people})
    if not 1 <= len(codes) + len(names) <= MOST_SEATS:
        raise Invalid(_("Call 1 to 30 units and people."), field="units")
    return [*(_unit_seat(code, cases) for code in codes), *(_seat(name, cases) for name in names)]


def _unit_seat(code: str, cases: list[CaseFile]) -> Participant:
    unit = Unit.objects.filter(code=code, active=True).exclude(parent=None).first()
    if unit is None:
        raise Invalid(_("Choose a unit from the list."), field="units")
    if policy.is_barred(unit, cases):
        said = CannotTakePart.sentence % {"name": localized(unit.name)}
        raise CannotTakePart(said, field="units")
    return Participant(seat=Seat.UNIT, unit=unit)


def _seat(username: str, cases: list[CaseFile]) -> Participant:
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        said = _("Nobody has the user name %(name)s.") % {"name": username}
        raise Invalid(said, field="people")
    if policy.is_kept_from(account, cases):
        said = CannotTakePart.sentence % {"name": localized(account.name)}
        raise CannotTakePart(said, field="people")
    guest = policy.is_guest(account, cases)
    return Participant(seat=Seat.GUEST if guest else Seat.PERSON, account=account)


def locked(actor: Actor, label: str) -> JointSession:
    """A session that this actor may know of, held until the verb ends. Raises NotFound."""
    known = policy.known_sessions(actor)
    found = known.select_for_update(of=("self",)).filter(label=label).first()
    if found is None:
        raise NotFound
    return found


def settle(actor: Actor, session: JointSession, verb_name: str, words: str) -> None:
    """The step of `states.STEPS` with this name, once. Raises Settled."""
    row = BY_VERB[verb_name]
    done = JointSession.objects.filter(pk=session.pk, state__in=row.sources).update(
        state=row.target, words=words, settled_by=policy.own_account(actor), settled_at=time.now()
    )
    if not done:
        raise Settled


@verb
def call_off(*, actor: Actor, label: str, reason: str) -> None:
    """There will be no session, for a reason that who was called reads. Raises NotFound, NotAllowed, SaysWho,
    Settled.
    """
    session = locked(actor, label)
    cases = policy.cases_of(session)
    policy.require(policy.may_keep(actor, cases))
    words, waits = own_words(actor, reason, "words", cases=cases, most=LONGEST_WORDS)
    settle(actor, session, "call_off", words)
    if waits:
        set_aside(actor, session, cases, Part.ENDING, session.pk)
    seats = session.participants.select_related("unit", "account")
    tell(actor, "called_off", seated(seats), session=session, cases=cases)
    write_entries(actor, "called_off", session, cases)


@verb
def answer_call(*, actor: Actor, label: str, comes: bool) -> None:
    """Say that one cannot come, or can after all: for each seat that is one's own or one's unit's. No reason
    is asked for. Who called the session is told. Raises NotFound, NotAllowed, Settled.
    """
    session = locked(actor, label)
    seats = list(policy.own_seats(actor, session))
    policy.require(bool(seats))
    if session.state != State.CALLED:
        raise Settled
    changed = [seat.pk for seat in seats if (seat.declined_at is None) != comes]
    if not changed:
        return
    rows = Participant.objects.filter(pk__in=changed)
    if comes:
        rows.update(declined_at=None, declined_by=None)
    else:
        rows.update(declined_at=time.now(), declined_by=policy.own_account(actor))
    cases = policy.cases_of(session)
    what = "comes" if comes else "declined"
    tell(actor, what, [session.called_by], session=session, cases=cases)
    write_entries(actor, what, session, cases)
