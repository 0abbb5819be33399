"""Answers as everybody reads them, and as the writer of a letter does. No person is asked for."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from huiying.casework.models import Report
from huiying.casework.part_models import Part
from huiying.finding.excerpts import Piece
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotFound
from huiying.replies import policy
from huiying.replies.errors import NotShown
from huiying.replies.models import Given, Reply
from huiying.replies.reads import finding
from huiying.replies.reads.own_words import letters_beside
from huiying.replies.reads.signed import co_signed
from huiying.replies.reads.verdicts import verdicts_on
from huiying.replies.reads.versions import with_words
from huiying.replies.shown import AnswerShown, Chain, Verdict, shown
from huiying.replies.states import ISSUED, Audience

PAGE_SIZE = 20
EXCERPT = 120


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer in a list. `unit` and `category` are in words, `outcome` is the code that the unit says.

    In a search `named` and `said` are its title and the place where the words stand, these marked.
    """

    label: str
    address: str
    title: str
    excerpt: str
    category: str
    unit: str
    outcome: str
    verdicts: tuple[Verdict, ...]
    answered_at: datetime
    corrected: bool
    named: tuple[Piece, ...] = ()
    said: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswersFound:
    """One page of a list, newest first. `count` stops at `finding.MOST_COUNTED`, which means "or more".

    `older` and `newer` are the addresses (in a search, the places) from which the next page goes on,
    empty where it ends. In a search there are more than `count` where that is not `exact`.
    """

    lines: tuple[AnswerLine, ...]
    count: int
    older: str
    newer: str
    exact: bool = True


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def answer_lines(ids: list[int]) -> tuple[AnswerLine, ...]:
    """The published answers with these ids, in their order. Three queries."""
    rows = policy.published().filter(pk__in=ids)
    chain = with_words(rows.select_related("case", "unit", "category"))
    verdicts = verdicts_on(reply for reply, _version in chain)
    lines = {
        reply.pk: AnswerLine(
            label=reply.label,
            address=reply.address,
            title=version.title,
            excerpt=_excerpt(version.question),
            category=localized(reply.category.name) if reply.category else "",
            unit=localized(reply.unit.name) if reply.unit else "",
            outcome=version.outcome,
            verdicts=verdicts[reply.pk],
            answered_at=reply.answered_at or reply.drafted_at,
            corrected=reply.corrects_id is not None,
        )
        for reply, version in chain
    }
    return tuple(lines[pk] for pk in ids if pk in lines)


def answers(
    *,
    category: str = "",
    unit: str = "",
    older: str = "",
    newer: str = "",
    size: int = PAGE_SIZE,
) -> AnswersFound:
    """Published answers, newest first, in a category or group and by a unit or those below it (codes).

    `older` or `newer` is the address of the answer from which to go on. Eight queries at most.
    """
    reach = finding.reach(category=category, unit=unit)
    page = finding.page(reach, older=older, newer=newer, size=size)
    return AnswersFound(
        lines=answer_lines(page.ids),
        count=finding.count(reach),
        older=page.older,
        newer=page.newer,
    )


def latest_answers(most: int = 3) -> tuple[AnswerLine, ...]:
    """The newest published answers. Five queries."""
    return answer_lines(finding.page(finding.EVERYTHING, size=most).ids)


def public_answer(address: str) -> AnswerShown:
    """The answer at this permanent address with its history; NotFound where none was ever published,
    NotShown where it is kept from view.
    """
    first = Reply.objects.filter(address=address, corrects=None).values("case_id").first()
    if first is None:
        raise NotFound
    rows = (
        Reply.objects.filter(
            case_id=first["case_id"],
            address=address,
            state__in=ISSUED,
            audience=Audience.PUBLIC,
        )
        .select_related("case", "unit", "category")
        .order_by("issued_at", "id")
    )
    chain = with_words(rows)
    if not chain:
        raise NotFound
    if not all(policy.on_view(reply) for reply, _words in chain):
        raise NotShown
    last = chain[-1][0]
    signed = co_signed([last]).get(last.pk, ())
    return replace(
        shown(chain),
        verdicts=verdicts_on([last])[last.pk],
        co_signed=signed,
        letters=letters_beside(last),
    )


def answers_with_parts(submission_id: int) -> list[AnswerShown]:
    """What the writer of this letter was answered, to the letter and to each part of it."""
    rows = Part.objects.filter(letter__submission=submission_id, taken_back_at=None)
    parts = rows.order_by("place").values_list("report__submission", flat=True)
    return [answer for each in (submission_id, *parts) for answer in answers_for_submission(each)]


def answers_for_submission(submission_id: int) -> list[AnswerShown]:
    """What the writer of this letter was answered, newest first, each with its earlier texts.

    Holds every text that this letter was given, wherever it stood; of answers from before this was kept
    (imported, or of an earlier version), those to its own case; a writer who withdrew sees none that came
    later. Four queries.
    """
    report = Report.objects.filter(submission_id=submission_id).first()
    if report is None:
        return []
    given = Given.objects.filter(reply=OuterRef("pk"))
    own = Q(case_id=report.own_case_id or report.case_id) & ~Q(Exists(given))
    got = Given.objects.filter(submission=submission_id).values("reply")
    rows = Reply.objects.filter(own | Q(pk__in=got), state__in=ISSUED)
    if report.ended_at is not None:
        rows = rows.filter(issued_at__lte=report.ended_at)
    rows = rows.select_related("case", "unit", "category").order_by("issued_at", "id")
    chains: dict[str, Chain] = {}
    for reply, version in with_words(rows):
        chains.setdefault(reply.address, []).append((reply, version))
    signed = co_signed(chain[-1][0] for chain in chains.values())
    found = [
        replace(shown(chain), co_signed=signed.get(chain[-1][0].pk, ()))
        for chain in chains.values()
    ]
    return sorted(found, key=lambda each: each.answered_at or each.received_at, reverse=True)
