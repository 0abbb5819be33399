"""What is written down: the summary for guests, the conclusion."""

from datetime import date

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import verb
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.actions.calling import LONGEST_WORDS, locked, settle
from huiying.supervision.joint_sessions.errors import NotYetHeld, Settled
from huiying.supervision.joint_sessions.models import Summary
from huiying.supervision.joint_sessions.states import Part, State
from huiying.supervision.joint_sessions.telling import set_aside, write_entries
from huiying.supervision.joint_sessions.wording import own_words

LONGEST_SHOWN = 90  # days


@verb
def write_summary(*, actor: Actor, label: str, text: str, shown_until: date) -> Summary:
    """Tell the participants in the desk's own words what the cases are about, until the end of a day; the
    newest summary takes the place of the one before. Raises NotFound, NotAllowed, Invalid, SaysWho,
    RepeatsLetter, TooManyWords, Settled.
    """
    session = locked(actor, label)
    cases = policy.cases_of(session)
    policy.require(policy.reads_in_full(actor, session) and policy.may_write_summary(actor, cases))
    if session.state == State.CALLED_OFF:
        raise Settled
    ahead = (shown_until - timezone.localdate(time.now())).days
    if not 0 <= ahead <= LONGEST_SHOWN:
        raise Invalid(_("Choose a day from today on, within 90 days."), field="shown_until")
    words, waits = own_words(actor, text, "text", cases=cases, most=LONGEST_WORDS)
    newest = session.summaries.aggregate(newest=Max("number"))["newest"] or 0
    summary = Summary.objects.create(
        session=session,
        number=newest + 1,
        text=words,
        shown_until=shown_until,
        author_id=policy.own_account(actor),
        at=time.now(),
    )
    if waits:
        set_aside(actor, session, cases, Part.SUMMARY, summary.pk)
    day = shown_until.isoformat()
    write_entries(actor, "summarised", session, cases, number=summary.number, until=day)
    return summary


@verb
def conclude(*, actor: Actor, label: str, words: str) -> None:
    """Say what came of it, once it has begun. It decides nothing of the cases. Raises NotFound, NotAllowed,
    NotYetHeld, SaysWho, RepeatsLetter, TooManyWords, Settled.
    """
    session = locked(actor, label)
    cases = policy.cases_of(session)
    policy.require(policy.may_keep(actor, cases))
    if session.state == State.CALLED and time.now() < session.starts_at:
        raise NotYetHeld
    kept, waits = own_words(actor, words, "words", cases=cases, most=LONGEST_WORDS)
    settle(actor, session, "conclude", kept)
    if waits:
        set_aside(actor, session, cases, Part.ENDING, session.pk)
    write_entries(actor, "held", session, cases)
