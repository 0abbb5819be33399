"""What a reviewer decides on."""

from dataclasses import dataclass
from datetime import datetime

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Refusal
from huiying.replies import policy
from huiying.replies.errors import NeedsSecondPerson, TookPartInSigning
from huiying.replies.hints import Advice, advice
from huiying.replies.models import Reply
from huiying.replies.reads.beside import (
    Letter,
    Saved,
    letters_of,
    preview,
    saved_versions,
)
from huiying.replies.reads.co_signing import CoSigning, co_signing
from huiying.replies.reads.side_by_side import SideBySide, side_by_side
from huiying.replies.reads.signed import asked_on, columns
from huiying.replies.reads.versions import all_versions
from huiying.replies.shown import AnswerShown
from huiying.replies.signing import took_part, unsettled
from huiying.replies.states import OPEN, State
from huiying.replies.words import Words


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer decides on. The reasons are empty where the act is theirs to do now.

    `version` is the one that an approval names; `address` is where everybody reads it.
    """

    label: str
    number: int
    case_title: str
    state: str
    state_words: str
    version: int
    approved: bool
    correction: bool
    correction_reason: str
    hides_earlier: bool
    drafted_by: str
    submitted_at: datetime | None
    saved: tuple[Saved, ...]
    preview: AnswerShown
    letters: tuple[Letter, ...]
    may_review: bool
    may_edit: bool
    why_not: str
    why_not_public: str
    wants_public: bool
    offers_publishing: bool
    offers_sending: bool
    address: str
    may_correct: bool
    may_withdraw: bool
    advice: Advice
    beside: SideBySide | None
    signing: CoSigning


def _why_not(actor: Actor, reply: Reply, saved: tuple[Saved, ...]) -> Refusal | None:
    refusal = policy.may(actor, "send" if reply.state == State.APPROVED else "approve", reply)
    wrote = any(version.author_label == actor.label for version in saved)
    if refusal is None and reply.state == State.IN_REVIEW and wrote:
        return NeedsSecondPerson()
    return refusal


def _why_not_settled(actor: Actor, reply: Reply) -> Refusal | None:
    """Why what units said, or must say, keeps the answer from being approved by this person; or None."""
    if reply.state != State.IN_REVIEW:
        return None
    asked = asked_on(reply)
    if took_part(actor, asked.stood):
        return TookPartInSigning()
    return unsettled(reply, asked.stood, asked.helping)


def _why_not_public(reply: Reply, letters: tuple[Letter, ...]) -> Refusal | None:
    """What is public already may be corrected in public, unless it turned out to be about conduct."""
    if reply.corrects_id is not None and not reply.case.conduct:
        return None
    return policy.why_private(reply.case, [letter.wish for letter in letters])


def _advice(reply: Reply, shown_as: AnswerShown) -> Advice:
    """Hints while there is still something to decide."""
    if reply.state not in OPEN:
        return Advice((), 0)
    return advice(Words(shown_as.title, shown_as.question, shown_as.text))


def review(actor: Actor, label: str, against: str = "") -> Review:
    """The page on one reply for whoever may see its case. Eight queries at most.

    `against` is the number of the version that stands beside the current one.
    """
    reply = policy.find(actor, label, **columns())
    versions = all_versions(reply)
    saved = saved_versions(versions)
    letters = letters_of(reply.case, actor)
    shown_as = preview(reply)
    refusal = _why_not(actor, reply, saved) or _why_not_settled(actor, reply)
    not_public = _why_not_public(reply, letters)
    return Review(
        label=reply.label,
        number=reply.case.number,
        case_title=reply.case.title,
        state=reply.state,
        state_words=str(State(reply.state).label),
        version=reply.version,
        approved=reply.state == State.APPROVED,
        correction=reply.corrects_id is not None,
        correction_reason=reply.correction_reason,
        hides_earlier=reply.hides_earlier,
        drafted_by=saved[-1].author,
        submitted_at=reply.submitted_at,
        saved=saved,
        preview=shown_as,
        letters=letters,
        may_review=policy.may(actor, "send_back", reply) is None,
        may_edit=policy.may(actor, "save", reply) is None,
        why_not="" if refusal is None else str(refusal),
        why_not_public="" if not_public is None else str(not_public),
        wants_public=shown_as.public,
        offers_publishing=shown_as.public and not_public is None,
        offers_sending=not (shown_as.public and reply.corrects_id is not None),
        address=reply.address if policy.on_view(reply) else "",
        may_correct=policy.may(actor, "correct", reply) is None,
        may_withdraw=policy.may(actor, "withdraw", reply) is None,
        advice=_advice(reply, shown_as),
        beside=side_by_side(reply, versions, against),
        signing=co_signing(actor, reply),
    )
