"""The clerk's verbs for a writer who is on the line or at the counter."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.casework.own_acts import CODE_SENT, OPENED
from huiying.finding.folding import fold
from huiying.intake import callers, helping, letters
from huiying.intake.errors import SentToday, WrongPin
from huiying.intake.models import CallerPin, Submission
from huiying.intake.opening import each_readable
from huiying.intake.states import SPOKEN
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.limits import A_DAY, count_try
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound, TooMany
from huiying.kernel.verbs import verb
from huiying.notices.actions import queue
from huiying.record.actions import write

SHORTEST_PLACE = 2
SEARCHES_PER_CLERK = 12  # in a quarter of an hour


def require_clerk(actor: Actor, via: str) -> None:
    """Raise NotAllowed for whoever takes no calls, Invalid for a way that is none."""
    if not policy.may_take_calls(actor):
        raise NotAllowed
    if via not in SPOKEN:
        raise Invalid(_("Choose one."), field="via")


def on_the_line(actor: Actor, *, label: str, via: str, helper: str = "") -> Actor:
    """The clerk as who acts for the writer of the letter with this label, and can do nothing else; or for
    the `helper` (a label) who is on the line instead.

    Raises NotFound where the letter is one that this clerk may know nothing of, or the help has ended.
    """
    require_clerk(actor, via)
    seen = policy.visible_cases(actor)
    if not Report.objects.filter(submission__label=label, case__in=seen).exists():
        raise NotFound
    if not helper:
        return Actor(actor.label, frozenset({Grant("resident", f"submission:{label}")}), via)
    known = helping.helping_now(helper)
    if known is None or known.submission.label != label:
        raise NotFound
    return replace(
        helping.acting_as(known), label=actor.label, via=via, spoken_by=f"helper:{helper}"
    )


def open_for_caller(*, actor: Actor, code: str, pin: str, via: str) -> Actor:
    """Open a letter by code and PIN for its writer or a helper of theirs, who is with the clerk; who acts
    from then on.

    Raises WrongPin, PinLocked, TooMany; the tries are counted whatever becomes of them. That it was
    opened is an entry, and stands on the writer's page.
    """
    require_clerk(actor, via)
    caller = callers.letter_of_caller(clerk=actor.label, code=code, pin=pin)
    submission, helper = caller.submission, caller.helper
    try:
        acting = on_the_line(
            actor, label=submission.label, via=via, helper=helper.label if helper else ""
        )
    except NotFound:
        raise WrongPin(field="pin") from None
    callers.forget_wrong_tries(caller)
    note_opening(actor=acting, submission=submission)
    return acting


@verb
def note_opening(*, actor: Actor, submission: Submission) -> None:
    """Keep that a clerk opened this letter with its writer or a helper of theirs, who gave the PIN."""
    letters.require_follower(actor, submission)
    write(actor=actor, action=OPENED, subject=letters.subject(submission))


class Sending(StrEnum):
    """What came of a search for a lost code: all that a clerk learns."""

    NONE = "none"
    SEVERAL = "several"
    ONE = "one"  # sent, if an address was left


def send_lost_code(*, actor: Actor, day: date, place: str, via: str) -> Sending:
    """Find the one letter that was sent on `day` about `place`; send its code to the contact, if any.

    All words of `place` must stand in the letter's. The clerk sees neither code, letter nor contact,
    nor whether there is one.
    Raises Invalid, SentToday, and TooMany beyond twelve searches in a quarter of an hour.
    """
    require_clerk(actor, via)
    words = place.split()
    if not words or max(map(len, words)) < SHORTEST_PLACE:
        raise Invalid(_("Name the place in at least two characters."), field="place")
    count_try("lost code", actor.label, most=SEARCHES_PER_CLERK)
    found = _sent_on(actor, day, words)
    if len(found) != 1:
        return Sending.SEVERAL if found else Sending.NONE
    try:
        count_try("lost code sent", found[0].label, most=1, within=A_DAY)
    except TooMany:
        raise SentToday from None
    send_code(actor=replace(actor, via=via), submission=found[0])
    return Sending.ONE


def _sent_on(actor: Actor, day: date, words: list[str]) -> list[Submission]:
    """At most two of the letters of that day about this place, among those that the clerk may know of."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    cases = policy.visible_cases(actor).filter(received_at__gte=start, received_at__lt=end)
    letters = Submission.objects.filter(
        Exists(Report.objects.filter(submission=OuterRef("pk"), case__in=cases, ended_at=None))
    )
    wanted = [fold(word) for word in words]
    about = (
        letter
        for letter, said in each_readable(letters)
        if all(word in fold(said.place) for word in wanted)
    )
    return list(itertools.islice(about, 2))


@verb
def send_code(*, actor: Actor, submission: Submission) -> None:
    """Queue code and PIN for the contact that was left; a letter without a PIN gets one now."""
    if not policy.may_take_calls(actor):
        raise NotAllowed
    if submission.reachable:
        row = letters.caller_pin(submission, taken=helping.pins_of(submission))
        CallerPin.objects.bulk_create([row], ignore_conflicts=True)
        queue(
            kind="lost_code",
            recipient=letters.subject(submission),
            language=submission.language,
            data={"code": submission.code},
        )
    write(actor=actor, action=CODE_SENT, subject=letters.subject(submission))
