"""The reviewer's verbs: send back, approve the version that was seen, send it or publish it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.casework.answering import mark_answered
from huiying.casework.joined import came_since
from huiying.casework.models import CaseFile
from huiying.casework.words import fitting
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.replies import policy, signing
from huiying.replies.actions.writing import draft, save
from huiying.replies.errors import (
    NeedsReviewer,
    NeedsSecondPerson,
    NotForEverybody,
    OtherSignatures,
    SayWhyWithout,
    TookPartInSigning,
    WrittenBefore,
)
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads.versions import words_of
from huiying.replies.recipients import keep_given, tell_who_had
from huiying.replies.states import Audience
from huiying.replies.stepping import check_seen, move, note, take_step, void_signatures
from huiying.replies.words import LONGEST, Words, check_reason

# Who approved it where the category exempts a private answer: nobody, by a rule that stands on record.
BY_CATEGORY = "rule:private_unreviewed"


@verb
def send_back(*, actor: Actor, label: str, seen: int | None = None, reason: str) -> Reply:
    """Give the answer back to its writers with a reason."""
    reply = policy.find(actor, label)
    policy.require(actor, "send_back", reply)
    check_seen(reply, seen)
    reason = check_reason(reason)
    columns = {
        "sent_back_because": reason,
        "without_because": "",
        "submitted_at": None,
        "approved_by": "",
        "approved_at": None,
        "approved_version": None,
    }
    take_step(reply, actor=actor, verb="send_back", data={"words": reason}, columns=columns)
    return reply


@dataclass(frozen=True, slots=True)
class Without:
    """Why an answer goes out although a unit that was asked has not signed; `seen` is what the reviewer
    had before them (`signing.as_seen`).
    """

    seen: str
    because: str


NOTHING_LACKS = Without("", "")


def _decide_signatures(reply: Reply, actor: Actor, without: Without) -> None:
    """Let the approval pass where all who were asked have signed, or the reviewer says why without.

    The reply's row is locked by the approval, so nobody signs or refuses meanwhile. Raises
    TookPartInSigning, SignFirst, StillAsked, OtherSignatures, SayWhyWithout.
    """
    stood = signing.standing(reply)
    if signing.took_part(actor, stood):
        raise TookPartInSigning
    signing.check_settled(reply, stood)
    void_signatures(reply, actor=actor, kept=[row.pk for row in stood])
    open_ones = signing.unsigned(stood)
    if not open_ones:
        return
    if without.seen != signing.as_seen(stood):
        raise OtherSignatures
    if not without.because.strip():
        raise SayWhyWithout(field="because")
    because = fitting(without.because, "because", most=LONGEST["reason"])
    Reply.objects.filter(pk=reply.pk).update(without_because=because)
    said = {
        "units": [row.unit.code for row in open_ones],
        "silent": [row.unit.code for row in open_ones if signing.is_silent(row)],
        "words": because,
    }
    note(reply, actor=actor, verb="decide_without", data=said)


@verb
def approve(*, actor: Actor, label: str, seen: int, without: Without = NOTHING_LACKS) -> Reply:
    """Approve the version with the number `seen`, as somebody who wrote no version of it and took no part
    in its co-signature.

    Raises OtherVersion where the current version is another, NeedsSecondPerson; what
    `_decide_signatures` raises where a unit that was asked has not signed and `without` does not say why.
    """
    reply = policy.find(actor, label)
    policy.require(actor, "approve", reply)
    check_seen(reply, seen)
    if policy.wrote_part_of(actor, reply):
        raise NeedsSecondPerson
    columns = {
        "approved_by": actor.label,
        "approved_at": time.now(),
        "approved_version": seen,
    }
    take_step(reply, actor=actor, verb="approve", columns=columns)
    _decide_signatures(reply, actor, without)
    return reply


def _supersede(earlier: Reply, *, actor: Actor, by: Reply) -> None:
    """The correction takes the place of what it corrects."""
    hidden = earlier.hide_text or by.hides_earlier
    move(earlier, verb="supersede", columns={"hide_text": hidden})
    note(earlier, actor=actor, verb="supersede", data={"by": by.label})


def issue(
    reply: Reply,
    *,
    actor: Actor,
    verb_name: str,
    answers_by: str = "answer",
    approval: dict[str, Any] | None = None,
) -> None:
    """Send or publish an approved reply, and move the case to "answered" or replace what it corrects.

    Part of a verb that has authorised it; `approval` are the columns of one that comes with it. The
    writers are told in the same transaction. Raises WrittenBefore.
    """
    now = time.now()
    earlier = reply.corrects
    columns = {
        **(approval or {}),
        "audience": Audience.PUBLIC if verb_name == "publish" else Audience.PRIVATE,
        "issued_at": now,
        "answered_at": earlier.answered_at if earlier else now,
    }
    if earlier is not None:
        _supersede(earlier, actor=actor, by=reply)
    move(reply, verb=verb_name, columns=columns)
    note(reply, actor=actor, verb=verb_name)
    if earlier is not None:
        tell_who_had(reply, kind="corrected")
        return
    version = ReplyVersion.objects.get(reply=reply, number=reply.version)
    handed_in = reply.submitted_at or version.at
    if version.audience == Audience.PRIVATE and came_since(reply.case, handed_in):
        raise WrittenBefore
    keep_given(reply)
    mark_answered(
        reply.case, actor=actor, reply_label=reply.label, outcome=version.outcome, verb=answers_by
    )


@verb
def send(*, actor: Actor, label: str, seen: int | None = None) -> Reply:
    """Send the approved answer to the writer alone; what could be public may be sent so too.

    The correction of a published answer is published in its place, never sent.
    """
    reply = policy.find(actor, label)
    check_seen(reply, seen)
    policy.require(actor, "send", reply)
    if reply.corrects is not None and reply.corrects.audience == Audience.PUBLIC:
        return publish(actor=actor, label=label, seen=seen)
    issue(reply, actor=actor, verb_name="send")
    return reply


@verb
def send_unreviewed(*, actor: Actor, label: str, seen: int) -> Reply:
    """Send the version `seen` to its one writer unchecked, where the case's category allows that.

    Raises NeedsReviewer, OtherVersion, Invalid where the words are not complete.
    """
    reply = policy.find(actor, label)
    check_seen(reply, seen)
    policy.require(actor, "send_unreviewed", reply)
    words = words_of(reply)
    if words.audience != Audience.PRIVATE:
        raise NeedsReviewer(field="audience")
    words.check(complete=True)
    stood = signing.standing(reply)
    if signing.lacking(reply, stood) or signing.unsigned(stood):
        raise NeedsReviewer(_("A supporting unit has not co-signed this. Hand it to a reviewer."))
    approval = {
        "approved_by": BY_CATEGORY,
        "approved_at": time.now(),
        "approved_version": reply.version,
    }
    issue(
        reply,
        actor=actor,
        verb_name="send_unreviewed",
        answers_by="answer_unreviewed",
        approval=approval,
    )
    return reply


@verb
def finish_unreviewed(
    *, actor: Actor, number: int, label: str = "", seen: int | None = None, words: Words
) -> Reply:
    """Save the words, beginning the answer where `label` is empty, and `send_unreviewed`."""
    if label:
        reply = save(actor=actor, label=label, seen=seen, words=words)
    else:
        reply = draft(actor=actor, number=number, words=words)
    return send_unreviewed(actor=actor, label=reply.label, seen=reply.version)


@verb
def publish(*, actor: Actor, label: str, seen: int | None = None) -> Reply:
    """Publish the approved answer at its permanent address.

    Raises WishedPrivate or NeverPublic where a writer wished a private answer or the case is about
    conduct, NotForEverybody where its author wrote it for the writer alone.
    """
    reply = policy.find(actor, label)
    check_seen(reply, seen)
    policy.require(actor, "publish", reply)
    if words_of(reply).audience != Audience.PUBLIC:
        raise NotForEverybody
    if reply.corrects_id is not None:
        # A correction moves no case, so nothing else notices that it was marked as a complaint meanwhile.
        reply.case = CaseFile.objects.select_for_update().get(pk=reply.case_id)
    if reply.corrects_id is None or reply.case.conduct:
        policy.check_audience(reply.case, Audience.PUBLIC)
    issue(reply, actor=actor, verb_name="publish")
    return reply


@verb
def approve_and_issue(
    *,
    actor: Actor,
    label: str,
    seen: int,
    privately: bool = False,
    without: Without = NOTHING_LACKS,
) -> Reply:
    """Approve the version `seen` and send or publish it, in one transaction."""
    approve(actor=actor, label=label, seen=seen, without=without)
    if privately:
        return send(actor=actor, label=label)
    return publish(actor=actor, label=label)
