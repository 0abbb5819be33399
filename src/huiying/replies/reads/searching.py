"""Searching letters and answers: the engine of `finding`, joined with who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from huiying.agencies.models import Unit
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile, Report
from huiying.casework.places import all_categories
from huiying.finding.bounding import bounded
from huiying.finding.excerpts import Piece, excerpt
from huiying.finding.models import Kind
from huiying.finding.searching import MOST_COUNTED, Line, Search, read_query
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.paging import place_of, read_place
from huiying.record.reads import payloads_left
from huiying.replies import policy
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads import finding
from huiying.replies.reads.public import AnswerLine, AnswersFound, answer_lines
from huiying.replies.states import SAID

PAGE_SIZE = 20
MADE = "search.made"
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search of the desk is narrowed to: a code of a category and of a unit, each with all below
    it; `kind` letters or answers; empty for all.
    """

    category: str = ""
    unit: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One letter or answer that was found, on the case with this number; masked, the words marked."""

    kind: str
    number: int
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    state: str
    category: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hits:
    """One page, newest first. `total` stops at `MOST_COUNTED` + 1; `older` is the place to go on from.

    `letters` are the ids of the submissions of whose words something is shown.
    """

    hits: tuple[Hit, ...]
    total: int
    older: str
    letters: tuple[int, ...]


def _spoken(replies: QuerySet[Reply]) -> Exists:
    """Texts that are the current words of one of these replies."""
    return Exists(replies.filter(versions__pk=OuterRef("key"), versions__number=F("version")))


def public_search(words: Sequence[str], reach: finding.Reach) -> Search:
    """The search among what everybody may read now."""
    replies = policy.published()
    if reach.categories is not None:
        replies = replies.filter(category_id__in=reach.categories)
    if reach.units is not None:
        replies = replies.filter(unit_id__in=reach.units)
    return Search(Kind.ANSWER, words, _spoken(replies), bounded=True)


def _marked(answer: AnswerLine, version: ReplyVersion, words: Sequence[str]) -> AnswerLine:
    text = f"{version.question}\n{version.text}"
    return replace(
        answer,
        named=excerpt(version.title, words, length=LONGEST_TITLE, published=True),
        said=excerpt(text, words, published=True),
    )


def public_hits(query: str, *, category: str = "", unit: str = "", older: str = "") -> AnswersFound:
    """One page of the published answers that hold the words of `query`, newest first, marked.

    Anybody may ask, so it is bounded. Raises AboutSomebody, TooLong, TooSlow.
    """
    words = read_query(query)
    with bounded():
        return _public_hits(words, finding.reach(category=category, unit=unit), older)


def _public_hits(words: Sequence[str], reach: finding.Reach, older: str) -> AnswersFound:
    search = public_search(words, reach)
    lines = search.newest(PAGE_SIZE + 1, read_place(older)) if words else []
    more, lines = len(lines) > PAGE_SIZE, lines[:PAGE_SIZE]
    rows = ReplyVersion.objects.select_related("reply").in_bulk([line.key for line in lines])
    versions = {rows[line.key].reply.label: rows[line.key] for line in lines}
    answers = answer_lines([version.reply_id for version in versions.values()])
    marked = tuple(_marked(answer, versions[answer.label], words) for answer in answers)
    last = place_of(lines[-1].at, lines[-1].id) if more else ""
    return AnswersFound(marked, search.count() if words else 0, older=last, newer="")


def _narrowed(seen: QuerySet[CaseFile], asked: Asked) -> QuerySet[CaseFile]:
    if asked.category:
        seen = seen.filter(category_id__in=all_categories().at_or_below(asked.category))
    if asked.unit:
        path = Unit.objects.filter(code=asked.unit).values_list("path", flat=True).first()
        seen = seen.filter(lead_unit__path__startswith=path) if path else seen.none()
    return seen


def searches_of(actor: Actor, words: Sequence[str], asked: Asked) -> list[Search]:
    """The searches among what this actor may read: letters, and the answers that were given."""
    seen = _narrowed(cases.visible_cases(actor), asked)
    letters = Exists(seen.filter(reports__submission=OuterRef("key")))
    replies = policy.visible_replies(actor).filter(
        state__in=SAID, hide_text=False, case__in=seen.values("pk")
    )
    both = [Search(Kind.LETTER, words, letters), Search(Kind.ANSWER, words, _spoken(replies))]
    return [search for search in both if asked.kind in {"", search.kind}]


def hits(actor: Actor, words: Sequence[str], asked: Asked, older: str = "") -> Hits:
    """One page of what this actor finds. Two queries and at most three more for each kind."""
    searches = searches_of(actor, words, asked)
    place = read_place(older)
    lines = [line for search in searches for line in search.newest(PAGE_SIZE + 1, place)]
    lines.sort(key=lambda line: (line.at, line.id), reverse=True)
    more, lines = len(lines) > PAGE_SIZE, lines[:PAGE_SIZE]
    total = sum(search.count() for search in searches)
    last = place_of(lines[-1].at, lines[-1].id) if more else ""
    letters = tuple(line.key for line in lines if line.kind == Kind.LETTER)
    return Hits(tuple(_shown(lines, words)), min(total, MOST_COUNTED + 1), last, letters)


def _shown(lines: list[Line], words: Sequence[str]) -> list[Hit]:
    letters = {line.key for line in lines if line.kind == Kind.LETTER}
    answers = {line.key for line in lines if line.kind == Kind.ANSWER}
    reports = Report.objects.filter(submission__in=letters).select_related(
        "submission", "case", "case__lead_unit", "case__category"
    )
    versions = ReplyVersion.objects.filter(pk__in=answers).select_related(
        "reply__case", "reply__case__lead_unit", "reply__case__category"
    )
    said: dict[tuple[str, int], tuple[CaseFile, str, str]] = {}
    for report in reports:
        letter = report.submission
        words_of = f"{letter.body}\n{letter.place}"
        said[Kind.LETTER, letter.pk] = (report.case, letter.title or report.case.title, words_of)
    for version in versions:
        words_of = f"{version.question}\n{version.text}"
        said[Kind.ANSWER, version.pk] = (version.reply.case, version.title, words_of)
    return [_hit(line, *said[line.kind, line.key], words) for line in lines]


def _hit(line: Line, case: CaseFile, title: str, text: str, words: Sequence[str]) -> Hit:
    return Hit(
        kind=line.kind,
        number=case.number,
        title=excerpt(title, words, length=LONGEST_TITLE),
        excerpt=excerpt(text, words),
        state=case.state,
        category=localized(case.category.name) if case.category else "",
        unit=localized(case.lead_unit.name) if case.lead_unit else "",
        at=line.at,
    )


def count_searches(*, before: datetime) -> int:
    """How many searches at the desk up to a moment still have their words."""
    return payloads_left(MADE, before=before)
