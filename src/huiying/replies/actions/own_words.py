"""A writer lets their own words stand beside the published answer, or takes them back; the agency may
set them aside, with a reason that the writer reads.
"""

from django.db.models import QuerySet

from huiying.casework.following import own_report
from huiying.casework.models import CaseFile
from huiying.intake.letters import subject
from huiying.intake.models import Submission
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.replies import policy
from huiying.replies.errors import NothingToStandBeside, OtherPreview
from huiying.replies.models import OwnWords
from huiying.replies.reads.own_words import offer_to, rows_beside
from huiying.replies.words import check_reason


@verb
def show_own_words(*, actor: Actor, seen: str) -> None:
    """Let one's own words stand beside the published answer, exactly as the preview `seen` showed them.

    Raises NothingToStandBeside, and OtherPreview where they would look otherwise now.
    """
    report = own_report(actor)
    # An erasure locks the case too: words that are gone are not copied back.
    CaseFile.objects.select_for_update().get(pk=report.case_id)
    offer = offer_to(report.submission_id)
    if offer is None:
        raise NothingToStandBeside
    if offer.agreed_at is not None:
        return
    if seen != offer.seen:
        raise OtherPreview
    OwnWords.objects.create(
        submission=report.submission,
        title=offer.preview.title,
        text=offer.preview.text,
        place=offer.preview.place,
        agreed_at=time.now(),
    )
    write(actor=actor, action="own_words.shown", subject=subject(report.submission))


@verb
def take_back_own_words(*, actor: Actor) -> None:
    """No longer let one's own words stand beside the answer; nothing happens where they do not.

    Words that the agency set aside stay so: taken back and shown again they would be in view once more.
    """
    rows = OwnWords.objects.filter(submission=own_report(actor).submission, set_aside_at=None)
    _take_away(actor, rows)


@verb
def decide_own_words(*, actor: Actor, shown: bool, seen: str) -> None:
    """Do what the writer said of the preview `seen`: let their words stand beside the answer, or not."""
    if shown:
        show_own_words(actor=actor, seen=seen)
    else:
        take_back_own_words(actor=actor)


@verb
def forget_own_words(*, actor: Actor, submission: Submission) -> bool:
    """Take a letter's words from beside its answer because they are erased, or were taken back before a
    restore; whether there were any. For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    return _take_away(actor, OwnWords.objects.filter(submission=submission))


def _take_away(actor: Actor, rows: QuerySet[OwnWords]) -> bool:
    row = rows.select_related("submission").first()
    if row is None or not rows.delete()[0]:
        return False
    write(actor=actor, action="own_words.taken_back", subject=subject(row.submission))
    return True


@verb
def set_aside(*, actor: Actor, label: str, words_id: int, reason: str) -> None:
    """Keep a writer's words from view beside an answer; they read why. For who may withdraw the answer."""
    row = _find(actor, label, words_id)
    said = check_reason(reason)
    if row.set_aside_at is not None:
        return
    row.set_aside_at, row.set_aside_because = time.now(), said
    row.save(update_fields=["set_aside_at", "set_aside_because"])
    data = {"words": said}
    write(actor=actor, action="own_words.set_aside", subject=subject(row.submission), data=data)


@verb
def put_back(*, actor: Actor, label: str, words_id: int) -> None:
    """Let words that were set aside stand beside the answer again."""
    row = _find(actor, label, words_id)
    if row.set_aside_at is None:
        return
    row.set_aside_at, row.set_aside_because = None, ""
    row.save(update_fields=["set_aside_at", "set_aside_because"])
    write(actor=actor, action="own_words.put_back", subject=subject(row.submission))


def _find(actor: Actor, label: str, words_id: int) -> OwnWords:
    reply = policy.find(actor, label)
    policy.require(actor, "withdraw", reply)
    row = rows_beside(reply).select_for_update(of=("self",)).filter(pk=words_id)
    found = row.select_related("submission").first()
    if found is None:
        raise NotFound
    return found
