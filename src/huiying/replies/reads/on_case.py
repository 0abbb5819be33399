"""The answers of one case, for the case page of the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery

from huiying.accounts.reads import acting_as
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed
from huiying.replies import policy
from huiying.replies.models import OwnWords, Reply, ReplyVersion
from huiying.replies.reads.versions import with_words
from huiying.replies.signing import waiting_for
from huiying.replies.states import OPEN, Audience, State


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """One reply of a case. `state` is a code, `state_words` says it; `at` is when it came to that.

    `text` is what went to the writer, empty where nothing did or where it is hidden. `own_words`: words
    of writers belong beside it.
    """

    label: str
    address: str
    state: str
    state_words: str
    title: str
    text: str
    public: bool
    correction: bool
    at: datetime
    drafted_by: str
    sent_back_because: str
    withdrawn_because: str
    may_correct: bool
    may_withdraw: bool
    own_words: bool


@dataclass(frozen=True, slots=True)
class CaseReplies:
    """The answers of a case and what this person may do about them.

    `may_write`: open the editor; `why_not` says why a writer cannot now. `to_review` is the label of
    the reply that waits for this reviewer, `to_sign` that of the signature that this actor may give.
    `may_answer_at_once`: use a standard answer.
    """

    lines: tuple[ReplyLine, ...]
    may_write: bool
    why_not: str
    to_review: str
    may_answer_at_once: bool
    to_sign: str


def _line(actor: Actor, reply: Reply, version: ReplyVersion, names: dict[str, str]) -> ReplyLine:
    came = (reply.withdrawn_at, reply.issued_at, reply.approved_at, reply.submitted_at)
    return ReplyLine(
        label=reply.label,
        address=reply.address if policy.on_view(reply) else "",
        state=reply.state,
        state_words=str(State(reply.state).label),
        title=version.title,
        text="" if reply.issued_at is None or reply.hide_text else version.text,
        public=version.audience == Audience.PUBLIC,
        correction=reply.corrects_id is not None,
        at=next((moment for moment in came if moment is not None), version.at),
        drafted_by=names.get(reply.drafted_by, ""),
        sent_back_because=reply.sent_back_because,
        withdrawn_because=reply.withdrawn_because,
        may_correct=policy.may(actor, "correct", reply) is None,
        may_withdraw=policy.may(actor, "withdraw", reply) is None,
        own_words=_has_own_words(reply),
    )


def _replies(actor: Actor, *, case: Given | int) -> QuerySet[Reply]:
    """The replies on a case that this actor may see, newest first, without what was given up."""
    author = acting_as("drafted_by")
    mine = waiting_for(actor).filter(reply=OuterRef("pk")).order_by("id")
    return (
        policy.visible_replies(actor)
        .filter(case=case)
        .exclude(state=State.ABANDONED)
        .select_related("unit")
        .annotate(
            author=Subquery(author.values("name")[:1]),
            to_sign=Subquery(mine.values("label")[:1]),
            own_words=Exists(OwnWords.objects.filter(submission__report__case=OuterRef("case_id"))),
        )
        .order_by("-id")
    )


REPLIES = KeptQuery(_replies, case=BigIntegerField())


def replies_on_case(actor: Actor, case: CaseFile) -> CaseReplies:
    """The replies on a case as its page shows them, and what may be done about them. Two queries."""
    rows: list[Any] = REPLIES.rows(actor, case=case.pk)
    for row in rows:
        row.case = case
    chain = [
        pair for pair in with_words(rows) if pair[0].state not in OPEN or policy.is_live(pair[0])
    ]
    names = {row.drafted_by: localized(row.author) for row in rows}
    refusal = policy.may_draft(actor, case)
    return CaseReplies(
        lines=tuple(_line(actor, reply, version, names) for reply, version in chain),
        may_write=refusal is None,
        why_not="" if refusal is None or isinstance(refusal, NotAllowed) else str(refusal),
        to_review=next((reply.label for reply, _version in chain if _waits_for(actor, reply)), ""),
        may_answer_at_once=not case.conduct
        and cases.may_step(actor, "answer_at_once", case) is None,
        to_sign=next((label for reply, _version in chain if (label := _asked(reply))), ""),
    )


def _has_own_words(reply: Any) -> bool:
    """Whether writers of its case let their words stand beside a published answer, read along with it."""
    return bool(reply.own_words) and reply.state == State.PUBLISHED


def _asked(reply: Any) -> str:
    """The label of the signature that the reader may give, read along with the reply."""
    return reply.to_sign or ""


def _waits_for(actor: Actor, reply: Reply) -> bool:
    return any(policy.may(actor, name, reply) is None for name in ("approve", "publish"))
