"""A writer's own words beside the published answer: what everybody reads, and what the writer may say."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from huiying.casework.following import LetterPage
from huiying.casework.models import Joined, Report
from huiying.finding.whereabouts import coarse, for_everybody
from huiying.intake.models import Submission
from huiying.intake.opening import words_of
from huiying.intake.states import Wish
from huiying.kernel.actors import Actor
from huiying.replies import policy
from huiying.replies.models import Given, OwnWords, Reply
from huiying.replies.recipients import who_had
from huiying.replies.shown import AnswerShown, LetterShown
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

    @property
    def is_open(self) -> bool:
        """Whether the writer may say yes or no now."""
        return not self.set_aside_because

    @property
    def said(self) -> dict[str, str]:
        """What stands in a form that asks: which preview, and yes where they have agreed."""
        return {"seen": self.seen, "shown": "yes" if self.agreed_at else ""}


@dataclass(frozen=True, slots=True)
class WordsBeside:
    """One writer's words beside an answer, for who may set them aside; `id` is that of the row."""

    id: int
    letter: LetterShown
    agreed_at: datetime
    set_aside_because: str


def as_everybody_reads(submission: Submission) -> LetterShown:
    """The letter without contact, files and exchange; personal data and doors covered."""
    words = words_of(submission)
    return LetterShown(
        title=for_everybody(words.title),
        text=for_everybody(words.body),
        place=coarse(words.place),
    )


def name_of(preview: LetterShown) -> str:
    """A name for exactly these words: 64 hexadecimal digits."""
    said = json.dumps(astuple(preview), ensure_ascii=False).encode()
    return hashlib.sha256(said).hexdigest()


def _was_published_to(report: Report) -> bool:
    """Whether a published answer that this letter was given stands, wherever the letter stood then; of
    answers from before that was kept, one to its own case. Two queries.
    """
    joined = Joined.objects.filter(report=report).values_list("case_id", flat=True)
    stood_with = {report.case_id, report.own_case_id or report.case_id, *joined}
    given = Given.objects.filter(reply=OuterRef("pk"))
    home = Q(
        case=report.own_case_id or report.case_id,
        answered_at__gte=report.submission.received_at,
    )
    theirs = Exists(given.filter(submission=report.submission_id)) | (home & ~Exists(given))
    rows = Reply.objects.filter(case__in=stood_with, state=State.PUBLISHED, case__conduct=False)
    return rows.filter(theirs).exists()


def offer_to(submission_id: int) -> OwnWordsOffer | None:
    """What the writer of this letter may decide on; None while there is nothing to stand beside.

    That needs a published answer that they were given, none of it about conduct, a wish for a public
    answer, and a letter that was neither withdrawn nor erased. Three queries.
    """
    report = (
        Report.objects.select_related("submission__own_words", "submission__seal")
        .filter(
            submission_id=submission_id,
            submission__wish=Wish.PUBLIC,
            submission__part=False,  # the desk's words, not the writer's
            submission__words_erased_at=None,
            ended_at=None,
            case__conduct=False,
        )
        .first()
    )
    if report is None or not _was_published_to(report):
        return None
    row: OwnWords | None = getattr(report.submission, "own_words", None)
    preview = _letter(row) if row else as_everybody_reads(report.submission)
    return OwnWordsOffer(
        preview=preview,
        seen=name_of(preview),
        agreed_at=row.agreed_at if row else None,
        set_aside_because=row.set_aside_because if row else "",
    )


def offer_beneath(answers: Iterable[AnswerShown], letter: LetterPage) -> OwnWordsOffer | None:
    """The same, for a page that shows these answers to the letter itself, the writer's own as that of the
    clerk on the line: None where none of them is on public view now, and for who helps. What a part of the
    letter was answered stands beside the desk's words, not the writer's.
    """
    on_view = any(answer.on_view and not answer.withdrawn for answer in answers)
    return offer_to(letter.submission_id) if on_view and not letter.helps else None


def _letter(row: OwnWords) -> LetterShown:
    return LetterShown(row.title, row.text, row.place)


def rows_beside(reply: Reply) -> QuerySet[OwnWords]:
    """The words that belong beside this answer: of those who were given it, wherever their letters went
    since; of none that stands with a complaint about conduct now.
    """
    return OwnWords.objects.filter(
        submission__in=who_had(reply),
        submission__report__ended_at=None,
        submission__report__case__conduct=False,
        submission__wish=Wish.PUBLIC,
        submission__words_erased_at=None,
    ).order_by(F("submission__received_at"), "id")


def letters_beside(reply: Reply) -> tuple[LetterShown, ...]:
    """What everybody reads beside this answer while it stands. Two queries at most."""
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
