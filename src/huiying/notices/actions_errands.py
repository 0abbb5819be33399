"""What a clerk did to bring a notice: posted a letter, or called. `casework` has decided that they may."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import refuse_on, verb
from huiying.notices.errors import ErrandEnded
from huiying.notices.models import CallAttempt, Errand
from huiying.notices.states import MOST_CALLS, CallResult, ErrandState, Way, errand_step
from huiying.record.actions import write

NEXT_TRY = timedelta(hours=3)
LONGEST_WAIT = timedelta(days=14)


def _take(errand: Errand, *, actor: Actor, verb_name: str, due_at: datetime | None = None) -> None:
    """Move it along its table by compare-and-set, on the state and the time that were read."""
    step = errand_step(verb_name)
    if not actor.has(*step.roles):
        raise NotAllowed
    over = step.target != ErrandState.WAITING
    held = Errand.objects.filter(pk=errand.pk, state__in=step.sources, due_at=errand.due_at)
    columns = {"state": step.target, "ended_at": time.now() if over else None}
    if not held.update(**columns, due_at=due_at or errand.due_at):
        raise ErrandEnded


@verb
def note_posted(*, actor: Actor, errand: Errand, posted: bool) -> None:
    """Keep that the letter was posted, or cannot be. Raises ErrandEnded where that was said before."""
    if errand.way != Way.LETTER:
        raise Invalid(_("Choose one from the list."))
    _take(errand, actor=actor, verb_name="post" if posted else "cannot_post")
    write(
        actor=actor,
        action="errand.posted" if posted else "errand.not_posted",
        subject=errand.notice.recipient,
        data={"notice": errand.pk},
    )


@verb
def note_call(
    *, actor: Actor, errand: Errand, result: str, call_at: datetime | None = None
) -> None:
    """Keep what came of a call. Nobody there, or "later": tried again at `call_at`, three times in all;
    a wrong number ends it. Raises Invalid, and ErrandEnded where a colleague called meanwhile.
    """
    if errand.way != Way.CALL or result not in CallResult.values:
        raise Invalid(_("Choose one from the list."), field="result")
    now = time.now()
    number = CallAttempt.objects.filter(errand=errand).count() + 1
    verb_name = _step_after(result, number)
    due_at = None
    if verb_name == "miss":
        due_at = call_at or now + NEXT_TRY
        if not now < due_at <= now + LONGEST_WAIT:
            raise Invalid(_("Choose a time within the next two weeks."), field="call_at")
    _take(errand, actor=actor, verb_name=verb_name, due_at=due_at)
    CallAttempt.objects.create(errand=errand, number=number, at=now, result=result)
    write(
        actor=actor,
        action="errand.call",
        subject=errand.notice.recipient,
        data={"notice": errand.pk, "number": number, "result": result},
    )


def _step_after(result: str, number: int) -> str:
    if result == CallResult.REACHED:
        return "reach"
    over = result == CallResult.WRONG_NUMBER or number >= MOST_CALLS
    return "miss_for_good" if over else "miss"


refuse_on("call_attempt_once", ErrandEnded)
