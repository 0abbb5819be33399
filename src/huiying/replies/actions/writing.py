"""The unit's verbs: begin an answer, save it, put it forward, take it back, give it up."""

from dataclasses import asdict
from typing import Any

from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.verbs import verb
from huiying.replies import policy
from huiying.replies.errors import AlreadyDrafted
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads.beside import language_of
from huiying.replies.reads.versions import words_of
from huiying.replies.signing import check_settled, standing
from huiying.replies.stepping import check_seen, move, note, take_step, void_signatures
from huiying.replies.words import Words


def keep_version(reply: Reply, *, author: str, words: Words) -> ReplyVersion:
    """Write the reply's current version; its number must be new."""
    return ReplyVersion.objects.create(
        reply=reply,
        number=reply.version,
        at=time.now(),
        author=author,
        **asdict(words.trimmed()),
    )


def begin(
    *, actor: Actor, case: CaseFile, verb_name: str, words: Words, columns: dict[str, Any]
) -> Reply:
    """Make a reply in state draft with its first version, and the entry; the caller has authorised it."""
    reply = Reply.objects.create(
        label=random_label(),
        case=case,
        drafted_by=actor.label,
        drafted_at=time.now(),
        **columns,
    )
    keep_version(reply, author=actor.label, words=words)
    note(reply, actor=actor, verb=verb_name)
    return reply


def _end_former(case: CaseFile, actor: Actor) -> None:
    """End for good the draft of a unit or round that is over; raises AlreadyDrafted for a live one."""
    former = policy.open_reply_on(case)
    if former is None:
        return
    former.case = case
    if policy.is_live(former):
        raise AlreadyDrafted
    move(former, verb="abandon")
    note(former, actor=actor, verb="abandon")


@verb
def draft(*, actor: Actor, number: int, words: Words) -> Reply:
    """Begin the answer to a case that one's unit has in hand.

    Raises AlreadyDrafted where there is one, AcceptFirst or NotInHand, Invalid.
    """
    case = cases.find(actor, number)
    refusal = policy.may_draft(actor, case)
    if refusal is not None:
        raise refusal
    words.check(complete=False)
    policy.check_audience(case, words.audience)
    _end_former(case, actor)
    columns = {
        "unit": case.lead_unit,
        "round": case.round,
        "category": case.category,
        "language": language_of(case),
        "address": random_label(),
    }
    return begin(actor=actor, case=case, verb_name="draft", words=words, columns=columns)


def as_kept(reply: Reply, words: Words) -> Words:
    """A correction keeps the outcome and the audience of what it corrects."""
    if reply.corrects_id is None:
        return words
    first = ReplyVersion.objects.get(reply=reply, number=1)
    return Words(words.title, words.question, words.text, first.outcome, first.audience)


@verb
def save(*, actor: Actor, label: str, seen: int | None, words: Words) -> Reply:
    """Save the draft as a new version, number `seen` + 1; unchanged words stay the version they are.

    Raises OtherVersion where somebody saved another text since; theirs stands.
    """
    reply = policy.find(actor, label)
    policy.require(actor, "save", reply)
    words = as_kept(reply, words)
    words.check(complete=False)
    if reply.corrects_id is None:
        policy.check_audience(reply.case, words.audience)
    check_seen(reply, seen)
    if words.trimmed() == words_of(reply):
        return reply
    move(reply, verb="save", columns={"version": reply.version + 1})
    keep_version(reply, author=actor.label, words=words)
    note(reply, actor=actor, verb="save")
    void_signatures(reply, actor=actor)
    return reply


@verb
def submit(*, actor: Actor, label: str, seen: int | None) -> Reply:
    """Hand the current version to a reviewer; it must be complete."""
    reply = policy.find(actor, label)
    policy.require(actor, "submit", reply)
    check_seen(reply, seen)
    words_of(reply).check(complete=True)
    check_settled(reply, standing(reply))
    columns = {"submitted_at": time.now(), "sent_back_because": ""}
    take_step(reply, actor=actor, verb="submit", columns=columns)
    return reply


@verb
def put_forward(
    *, actor: Actor, number: int, label: str = "", seen: int | None = None, words: Words
) -> Reply:
    """Save the words, beginning the answer where `label` is empty, and hand them to a reviewer."""
    if label:
        reply = save(actor=actor, label=label, seen=seen, words=words)
    else:
        reply = draft(actor=actor, number=number, words=words)
    return submit(actor=actor, label=reply.label, seen=reply.version)


@verb
def take_back(*, actor: Actor, label: str, seen: int | None = None) -> Reply:
    """Take the answer out of review to write on; an approval of it is refused from now on."""
    reply = policy.find(actor, label)
    check_seen(reply, seen)
    take_step(reply, actor=actor, verb="take_back", columns={"submitted_at": None})
    return reply


@verb
def abandon(*, actor: Actor, label: str, seen: int | None = None) -> Reply:
    """Give up a draft that is not needed any more; its versions stay in the record."""
    reply = policy.find(actor, label)
    check_seen(reply, seen)
    take_step(reply, actor=actor, verb="abandon")
    return reply
