"""A writer's own words beside the published answer: what everybody reads, and what the writer may say."""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from huiying.casework.models import Report
from huiying.finding.whereabouts import coarse, for_everybody
from huiying.intake.models import Submission
from huiying.intake.states import Wish
from huiying.kernel.actors import Actor
from huiying.replies import policy
from huiying.replies.models import OwnWords, Reply
from huiying.replies.shown import LetterShown
from huiying.replies.states import State


@dataclass(frozen=True, slots=True)
class OwnWordsOffer:
    """What the writer decides on. `preview` is what everybody reads once they agree, or reads now.

    `seen` names this preview; `agreed_at` is None where they have not agreed, `set_aside_because` why
    the agency keeps the words from view.
    """

    preview: LetterShown
    seen: str
    agreed_at: datetime | None
    set_aside_because: str


@dataclass(frozen=True, slots=True)
class WordsBeside:
    """One writer's words beside an answer, for who may set them aside; `id` is that of the row."""

    id: int
    letter: LetterShown
    agreed_at: datetime
    set_aside_because: str


def as_everybody_reads(submission: Submission) -> LetterShown:
    """The letter without contact, files and exchange; personal data and doors covered."""
    return LetterShown(
        title=for_everybody(submission.title),
        text=for_everybody(submission.body),
        place=coarse(submission.place),
    )


def name_of(preview: LetterShown) -> str:
    """A name for exactly these words: 64 hexadecimal digits."""
    said = json.dumps(astuple(preview), ensure_ascii=False).encode()
    return hashlib.sha256(said).hexdigest()


def offer_to(submission_id: int) -> OwnWordsOffer | None:
    """What the writer of this letter may decide on; None while there is nothing to stand beside.

    That needs a published answer to a case that is not about conduct, a wish for a public answer, and
    a letter that was neither withdrawn nor erased. One query.
    """
    answered = Reply.objects.filter(
        case=OuterRef("case_id"),
        state=State.PUBLISHED,
        answered_at__gte=OuterRef("submission__received_at"),
    )
    report = (
        Report.objects.select_related("submission__own_words")
        .filter(
            Exists(answered),
            submission_id=submission_id,
            submission__wish=Wish.PUBLIC,
            submission__part=False,  # the desk's words, not the writer's
            submission__words_erased_at=None,
            ended_at=None,
            case__conduct=False,
        )
        .first()
    )
    if report is None:
        return None
    row: OwnWords | None = getattr(report.submission, "own_words", None)
    preview = _letter(row) if row else as_everybody_reads(report.submission)
    return OwnWordsOffer(
        preview=preview,
        seen=name_of(preview),
        agreed_at=row.agreed_at if row else None,
        set_aside_because=row.set_aside_because if row else "",
    )


def _letter(row: OwnWords) -> LetterShown:
    return LetterShown(row.title, row.text, row.place)


def rows_beside(reply: Reply) -> QuerySet[OwnWords]:
    """The words that belong beside this answer: of letters of its case that had come when it was given."""
    return OwnWords.objects.filter(
        submission__report__case=reply.case_id,
        submission__report__ended_at=None,
        submission__received_at__lte=reply.answered_at or reply.drafted_at,
        submission__wish=Wish.PUBLIC,
        submission__words_erased_at=None,
    ).order_by(F("submission__received_at"), "id")


def letters_beside(reply: Reply) -> tuple[LetterShown, ...]:
    """What everybody reads beside this answer while it stands. One query at most."""
    if reply.state != State.PUBLISHED or not policy.on_view(reply):
        return ()
    return tuple(_letter(row) for row in rows_beside(reply).filter(set_aside_at=None))


@dataclass(frozen=True, slots=True)
class OwnWordsBeside:
    """An answer with all words beside it, for who may withdraw it."""

    label: str
    number: int
    words: tuple[WordsBeside, ...]


def words_beside(actor: Actor, label: str) -> OwnWordsBeside:
    """The words beside the answer with this label, set aside or not; raises what `withdraw` would."""
    reply = policy.find(actor, label)
    policy.require(actor, "withdraw", reply)
    rows = rows_beside(reply) if reply.state == State.PUBLISHED else []
    words = tuple(
        WordsBeside(row.pk, _letter(row), row.agreed_at, row.set_aside_because) for row in rows
    )
    return OwnWordsBeside(label=reply.label, number=reply.case.number, words=words)
