"""Searching letters and answers: the engine of `finding`, joined with who may read them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet

from huiying.agencies.models import Unit
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile, Report
from huiying.casework.places import all_categories
from huiying.casework.sight import letters_kept_from, letters_of_units
from huiying.finding.bounding import bounded, in_one_process
from huiying.finding.clauses import Clause, compiled
from huiying.finding.excerpts import Piece, excerpt
from huiying.finding.few import Few
from huiying.finding.masking import hide, mask
from huiying.finding.models import Kind
from huiying.finding.searching import Line, Search, TextsFound, read_query
from huiying.intake.opening import UNREADABLE, Words, words_in
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import MOST_KEPT, Given, IsAnyOf, KeptQuery
from huiying.kernel.names import localized
from huiying.kernel.paging import place_of, read_place
from huiying.record.reads import payloads_left
from huiying.replies import policy
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads import finding
from huiying.replies.reads.public import AnswerLine, AnswersFound, answer_lines
from huiying.replies.states import SAID

UNREAD = Words("", "", "")  # of a letter that does not open
PAGE_SIZE = 20
MADE = "search.made"
LONGEST_TITLE = 200
BEST = "relevance"  # the order by which what fits best comes first


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search of the desk is narrowed to: a code of a category and of a unit, each with all below
    it; `kind` letters or answers; empty for all. `order` is `BEST`, or empty: the newest first.
    """

    category: str = ""
    unit: str = ""
    kind: str = ""
    order: str = ""


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
    """One page. There are `total` in all, or more where that is not `exact`; `older` is the place to go on
    from. By `BEST` there is one page only.

    `letters` are the ids of the submissions of whose words something is shown.
    """

    hits: tuple[Hit, ...]
    total: int
    exact: bool
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
    return Search(Kind.ANSWER, words, compiled(_spoken(replies)), bounded=True)


def _marked(answer: AnswerLine, version: ReplyVersion, words: Sequence[str]) -> AnswerLine:
    text = f"{version.question}\n{version.text}"
    return replace(
        answer,
        named=excerpt(version.title, words, length=LONGEST_TITLE),
        said=excerpt(text, words),
    )


def public_hits(
    query: str, *, category: str = "", unit: str = "", older: str = "", order: str = ""
) -> AnswersFound:
    """One page of the published answers that hold the words of `query`, newest or (`BEST`) fittest first.

    Anybody may ask, so it is bounded. Raises AboutSomebody, TooLong, TooSlow.
    """
    words = read_query(query)
    if not words:
        return AnswersFound((), 0, "", "")
    with bounded():
        search = public_search(words, finding.reach(category=category, unit=unit))
        page = _page([search], older, order)
        rows = ReplyVersion.objects.select_related("reply").in_bulk(
            [each.key for each in page.lines]
        )
        versions = {rows[line.key].reply.label: rows[line.key] for line in page.lines}
        answers = answer_lines([version.reply_id for version in versions.values()])
    marked = tuple(_marked(answer, versions[answer.label], words) for answer in answers)
    return AnswersFound(marked, page.total, page.older, "", exact=page.exact)


@dataclass(frozen=True, slots=True)
class _Page:
    lines: list[Line]
    total: int
    exact: bool
    older: str


def _page(searches: list[Search], older: str, order: str) -> _Page:
    """What several searches find together, as one list."""
    if order == BEST:
        found = [search.best(PAGE_SIZE) for search in searches]
        lines = [line for each in found for line in each.lines]
        lines.sort(key=lambda line: (line.score, line.at, line.id), reverse=True)
        more = False
    else:
        place = read_place(older)
        found = [search.newest(PAGE_SIZE + 1, place) for search in searches]
        lines = [line for each in found for line in each.lines]
        lines.sort(key=lambda line: (line.at, line.id), reverse=True)
        more = len(lines) > PAGE_SIZE
    lines = lines[:PAGE_SIZE]
    last = place_of(lines[-1].at, lines[-1].id) if more else ""
    return _Page(lines, *_total(found), last)


def _total(found: Sequence[TextsFound]) -> tuple[int, bool]:
    return sum(each.total for each in found), all(each.exact for each in found)


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """Ids of categories, None for all, and the path of a unit, empty for all."""

    categories: tuple[int, ...] | None = None
    path: str = ""

    def cases(self, actor: Actor) -> QuerySet[CaseFile]:
        """The cases in this actor's sight that are meant."""
        seen = cases.visible_cases(actor)
        if self.categories is not None:
            seen = seen.filter(category_id__in=self.categories)
        return seen.filter(lead_unit__path__startswith=self.path) if self.path else seen


EVERYTHING = _Narrowed()


def _narrowed(asked: Asked) -> _Narrowed | None:
    """None where nothing can be found."""
    categories = all_categories().at_or_below(asked.category) if asked.category else None
    path: str | None = ""
    if asked.unit:
        path = Unit.objects.filter(code=asked.unit).values_list("path", flat=True).first()
    if path is None:
        return None
    return _Narrowed(None if categories is None else tuple(categories), path)


# What follows is worked out once for each actor as they are: with another role they are another one.
@functools.lru_cache(maxsize=MOST_KEPT)
def _letters_of(actor: Actor, narrowed: _Narrowed) -> Clause:
    """Letters that this actor may read: for whoever reads all but a few, those that are none of these few,
    which are looked up once instead of the case of every hit.
    """
    kept = letters_kept_from(actor) if narrowed == EVERYTHING else None
    if kept is not None:
        return compiled(~Q(key__in=kept))
    seen = narrowed.cases(actor)
    return compiled(Exists(seen.filter(reports__submission=OuterRef("key"))))


@functools.lru_cache(maxsize=MOST_KEPT)
def _answers_of(actor: Actor, narrowed: _Narrowed) -> Clause:
    """Answers that this actor may read, and that were given."""
    seen = narrowed.cases(actor).values("pk")
    replies = policy.visible_replies(actor).filter(state__in=SAID, hide_text=False, case__in=seen)
    return compiled(_spoken(replies))


@functools.lru_cache(maxsize=MOST_KEPT)
def _few_of(actor: Actor) -> Few | None:
    rows = letters_of_units(actor)
    return None if rows is None else Few.of(rows)


def searches_of(actor: Actor, words: Sequence[str], asked: Asked) -> list[Search]:
    """The searches among what this actor may read: letters, and the answers that were given."""
    narrowed = _narrowed(asked)
    if narrowed is None:
        return []
    searches = []
    if asked.kind in {"", Kind.LETTER}:
        allowed = _letters_of(actor, narrowed)
        searches.append(Search(Kind.LETTER, words, allowed, few=_few_of(actor)))
    if asked.kind in {"", Kind.ANSWER}:
        searches.append(Search(Kind.ANSWER, words, _answers_of(actor, narrowed)))
    return searches


def hits(
    actor: Actor, words: Sequence[str], asked: Asked, older: str = "", *, exact: bool = False
) -> Hits:
    """One page of what this actor finds. With `exact`, all are counted, whatever it takes.

    Eight queries at most for each kind.
    """
    searches = searches_of(actor, words, asked)
    with in_one_process():
        page = _page(searches, older, asked.order)
        total, all_counted = page.total, page.exact
        if exact and not (all_counted and not older):
            total, all_counted = sum(search.count() for search in searches), True
        shown = _shown(page.lines, words)
    letters = tuple(line.key for line in page.lines if line.kind == Kind.LETTER)
    return Hits(shown, total, all_counted, page.older, letters)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a hit, and what of its case is shown."""

    title: str
    text: str
    case_title: str
    number: int
    state: str
    category: dict[str, str] | None
    unit: dict[str, str] | None


def _of_case(case: str) -> list[str]:
    names = ("title", "number", "state", "category__name", "lead_unit__name")
    return [f"{case}__{name}" for name in names]


SEALED = ("label", "sealed", "seal__key_number", "seal__wrapped")


def _reports(*, letters: Given | list[int]) -> QuerySet[Report, Any]:
    """What is shown of these letters, sealed, and of their cases. A whole model for each would take half
    the time of a page.
    """
    reports = Report.objects.filter(IsAnyOf("submission_id", letters)).order_by("pk")
    sealed = [f"submission__{name}" for name in SEALED]
    return reports.values_list("submission_id", *sealed, *_of_case("case"))


REPORTS = KeptQuery(_reports, letters=ArrayField(BigIntegerField()))


def _said(lines: list[Line]) -> dict[tuple[str, int], _Said]:
    """What is said by kind and key. One query for each kind."""
    said: dict[tuple[str, int], _Said] = {}
    letters = [line.key for line in lines if line.kind == Kind.LETTER]
    if letters:
        for key, *row in REPORTS.rows(letters=letters):
            words = _words(*row[: len(SEALED)])
            text = f"{words.body}\n{words.place}"
            said[Kind.LETTER, key] = _Said(words.title, text, *row[len(SEALED) :])
    answers = [line.key for line in lines if line.kind == Kind.ANSWER]
    if answers:
        versions = ReplyVersion.objects.filter(pk__in=answers).values_list(
            "pk", "title", "question", "text", *_of_case("reply__case")
        )
        for key, title, question, text, *case in versions:
            said[Kind.ANSWER, key] = _Said(title, f"{question}\n{text}", *case)
    return said


def _words(*sealed: Any) -> Words:
    try:
        return words_in(*sealed)
    except UNREADABLE:
        return UNREAD


def _shown(lines: list[Line], words: Sequence[str]) -> tuple[Hit, ...]:
    said = _said(lines)
    return tuple(_hit(line, said[line.kind, line.key], words) for line in lines)


def _masked(line: Line, said: _Said) -> tuple[str, str]:
    """Title and words, by the places that the index noted; where it did not, by looking for them."""
    whole = f"{said.title}\n{said.text}"
    if not whole.strip():
        return mask(said.case_title), ""
    masked = mask(whole) if line.hidden is None else hide(whole, line.hidden)
    title, _, text = masked.partition("\n")
    return title or mask(said.case_title), text


def _hit(line: Line, said: _Said, words: Sequence[str]) -> Hit:
    title, text = _masked(line, said)
    return Hit(
        kind=line.kind,
        number=said.number,
        title=excerpt(title, words, length=LONGEST_TITLE),
        excerpt=excerpt(text, words),
        state=said.state,
        category=localized(said.category),
        unit=localized(said.unit),
        at=line.at,
    )


def count_searches(*, before: datetime) -> int:
    """How many searches at the desk up to a moment still have their words."""
    return payloads_left(MADE, before=before)
