"""Putting right what was said: a correction takes its place, a withdrawal says why it is gone."""

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.replies import policy
from huiying.replies.actions.writing import begin, submit
from huiying.replies.models import Reply
from huiying.replies.reads.versions import words_of
from huiying.replies.recipients import tell_who_had
from huiying.replies.stepping import check_seen, take_step
from huiying.replies.words import Words, check_public_reason, check_reason


@verb
def correct(
    *, actor: Actor, label: str, words: Words, reason: str, hides_earlier: bool = False
) -> Reply:
    """Begin a correction of an answer that was sent or published; a second person approves it as well.

    The correction keeps the address, audience and outcome of what it corrects. `reason` is shown
    with it; `hides_earlier` keeps the earlier words from the page because they hold personal data.
    """
    earlier = policy.find(actor, label)
    policy.require(actor, "correct", earlier)
    said = words_of(earlier)
    kept = Words(words.title, words.question, words.text, said.outcome, earlier.audience)
    reason = check_reason(reason)
    kept.check(complete=False)
    columns = {
        "unit": earlier.unit,
        "round": earlier.round,
        "category": earlier.category,
        "language": earlier.language,
        "address": earlier.address,
        "corrects": earlier,
        "correction_reason": reason,
        "hides_earlier": hides_earlier,
    }
    return begin(actor=actor, case=earlier.case, verb_name="correct", words=kept, columns=columns)


@verb
def correct_and_submit(
    *, actor: Actor, label: str, words: Words, reason: str, hides_earlier: bool = False
) -> Reply:
    """`correct`, and hand it to a reviewer."""
    reply = correct(
        actor=actor, label=label, words=words, reason=reason, hides_earlier=hides_earlier
    )
    return submit(actor=actor, label=reply.label, seen=reply.version)


@verb
def withdraw(
    *, actor: Actor, label: str, seen: int | None = None, reason: str, hide_text: bool = False
) -> Reply:
    """Withdraw what was said; its address says so and why, and shows the words struck out.

    `hide_text` keeps all earlier words from the page because they hold personal data. The case stays
    as it is; a supervisor reopens it where it needs another answer.
    """
    reply = policy.find(actor, label)
    policy.require(actor, "withdraw", reply)
    check_seen(reply, seen)
    reason = check_public_reason(reason)
    columns = {
        "withdrawn_at": time.now(),
        "withdrawn_because": reason,
        "hide_text": hide_text,
    }
    data = {"words": reason, "hidden": hide_text}
    take_step(reply, actor=actor, verb="withdraw", data=data, columns=columns)
    tell_who_had(reply, kind="answer_withdrawn")
    return reply
