"""Erasing what a letter holds, for good. The letter stands; who wrote it and what it said do not."""

from huiying.finding.actions import forget
from huiying.finding.models import Kind
from huiying.intake.actions.enclosing import erase_files
from huiying.intake.letters import subject
from huiying.intake.models import Contact, Message, Seal, Submission
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import erase_payloads, write


@verb
def erase_contact(*, actor: Actor, submission: Submission) -> int:
    """Destroy how to reach the writer; the number of the entry, 0 where there was nothing.

    For retention alone.
    """
    _require_system(actor)
    gone, _counts = Contact.objects.filter(submission=submission).delete()
    Submission.objects.filter(pk=submission.pk, reachable=True).update(reachable=False)
    if not gone:
        return 0
    return write(actor=actor, action="submission.contact_erased", subject=subject(submission))


@verb
def erase_words(*, actor: Actor, submission: Submission) -> int:
    """Destroy the letter's words and its exchange, its files, its contact, its text in the index and what
    the record says beyond its acts; last of all its key.

    The number of the entry, 0 where it was done before. For retention alone, through `casework`, which
    knows what else the words have reached.
    """
    _require_system(actor)
    # Whoever is adding words or files now holds the letter: they end first, and what they added goes too.
    Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)
    done = Submission.objects.filter(pk=submission.pk, words_erased_at=None).update(
        words_erased_at=time.now(), sealed=b"", replay=None
    )
    if not done:
        return 0
    Message.objects.filter(submission=submission).update(sealed=b"", replay=None)
    forget(Kind.LETTER, [submission.pk])
    erase_payloads([subject(submission)])
    erase_contact(actor=actor, submission=submission)
    erase_files(actor=actor, submission=submission)
    Seal.objects.filter(submission=submission).delete()
    return write(actor=actor, action="submission.words_erased", subject=subject(submission))


def _require_system(actor: Actor) -> None:
    if not actor.has("system"):
        raise NotAllowed
