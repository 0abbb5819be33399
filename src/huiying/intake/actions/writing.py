"""The private exchange on a letter, and its end by whoever wrote it."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from huiying.intake import helping, vault
from huiying.intake.errors import AlreadyWithdrawn
from huiying.intake.letters import (
    LONGEST_BODY,
    replay_of,
    require_follower,
    require_keepable,
    require_writer,
    subject,
)
from huiying.intake.models import Message, Submission
from huiying.intake.opening import Place, seal_text
from huiying.intake.states import State
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import verb
from huiying.record.actions import write


def _require_text(text: str) -> None:
    if not text.strip():
        raise Invalid(_("Write something first."), field="text")
    require_keepable(text, "text")
    if len(text) > LONGEST_BODY:
        raise Invalid(
            _("This is longer than %(most)d characters.") % {"most": LONGEST_BODY}, field="text"
        )


def _next_id() -> int:
    """The seal is bound to the row, which may not be changed once it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('intake_message', 'id'))")
        return int(cursor.fetchone()[0])


@verb
def add_message(
    *, actor: Actor, submission: Submission, kind: str, text: str, form_key: str = ""
) -> Message:
    """Add to the exchange: words or an answer by the resident, a question by the desk.

    The caller's policy has decided that a member of staff may; a resident only on their own letter, a
    helper on the one with which they help.
    Raises AlreadyReceived where the same form brought the same words before.
    """
    _require_text(text)
    sender = Message.From.DESK
    if actor.has("resident", helping.GRANT):
        require_follower(actor, submission)
        sender = Message.From.RESIDENT
    if submission.state == State.WITHDRAWN:
        raise AlreadyWithdrawn
    place = Place(_next_id(), sender, kind, actor.spoken_by or actor.label)
    message = Message.objects.create(
        pk=place.id,
        submission=submission,
        at=time.now(),
        sender=sender,
        kind=kind,
        author=place.author,
        sealed=seal_text(vault.key_for(submission), submission.label, place, text),
        replay=replay_of(form_key, f"{submission.label}\0{text}"),
    )
    write(
        actor=actor,
        action=f"exchange.{kind}",
        subject=subject(submission),
        data={"message": message.pk},
    )
    return message


@verb
def withdraw_submission(*, actor: Actor, submission: Submission) -> datetime:
    """End one's own letter; it stays in every figure. Raises AlreadyWithdrawn the second time."""
    require_writer(actor, submission)
    now = time.now()
    done = Submission.objects.filter(pk=submission.pk, state=State.OPEN).update(
        state=State.WITHDRAWN, withdrawn_at=now
    )
    if not done:
        raise AlreadyWithdrawn
    write(actor=actor, action="submission.withdrawn", subject=subject(submission))
    return now
