"""The verbs on helpers, for the writer of a letter alone: letting somebody help, and ending it."""

from huiying.intake import callers, helping
from huiying.intake.errors import AlreadyWithdrawn, HelpEnded, TooManyHelpers
from huiying.intake.letters import replay_of, require_writer, subject
from huiying.intake.models import Helper, Submission
from huiying.intake.states import Channel, Consent, State
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write

BEGUN = "helper.begun"
ENDED = "helper.ended"
CONSENTS = {Channel.PHONE: Consent.LINE, Channel.COUNTER: Consent.COUNTER}


@verb
def begin_help(
    *, actor: Actor, submission: Submission, relation: str, form_key: str = ""
) -> tuple[Helper, bool]:
    """Let somebody help with this letter; and whether this form had done so before.

    How the writer consented follows from where they are: on their page, on the line, at the counter.
    Raises Invalid, AlreadyWithdrawn, TooManyHelpers, and HelpEnded for a form whose help was ended.
    """
    require_writer(actor, submission)
    held = Submission.objects.select_for_update().get(pk=submission.pk)
    replay = replay_of(form_key, f"{held.label}\0helper\0{relation}")
    known = Helper.objects.select_related("submission").filter(replay=replay).first()
    if form_key and known is not None:
        if known.ended_at is not None:
            raise HelpEnded
        return known, True
    if held.state == State.WITHDRAWN:
        raise AlreadyWithdrawn
    if Helper.objects.filter(submission=held, ended_at=None).count() >= helping.MOST_HELPERS:
        raise TooManyHelpers(field="relation")
    helper = helping.new_helper(
        held,
        actor=actor,
        relation=relation,
        consent=CONSENTS[Channel(actor.via)] if actor.via else Consent.PAGE,
        replay=replay,
        taken=[*helping.pins_of(held), callers.pin_for(held)],
    )
    helper.save(force_insert=True)
    data = {"helper": helper.label, "relation": relation, "consent": helper.consent}
    write(actor=actor, action=BEGUN, subject=subject(held), data=data)
    return helper, False


@verb
def end_help(*, actor: Actor, submission: Submission, label: str) -> bool:
    """End it at once, also what the helper has open; False where it was ended before."""
    require_writer(actor, submission)
    rows = Helper.objects.filter(submission=submission, label=label)
    done = rows.filter(ended_at=None).update(ended_at=time.now(), ended_by=actor.label)
    if not done and not rows.exists():
        raise NotFound
    if done:
        write(actor=actor, action=ENDED, subject=subject(submission), data={"helper": label})
    return bool(done)
