"""What changed rules would have done with past cases, before anybody puts them in force.

Who may not read the letters is told little: see `discretion`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from huiying.casework.landing.discretion import coarse, seen_by, settled_long
from huiying.casework.landing.settled import past_letters
from huiying.casework.landing.thinning import thinned
from huiying.casework.models import Report
from huiying.intake.models import Submission
from huiying.intake.opening import Words, words_left
from huiying.kernel.actors import Actor
from huiying.routing.rules.definitions import Folded, Hit, Letter, RuleSet

ON_A_PAGE = 200
MOST_NUMBERS = 10


@dataclass(frozen=True, slots=True)
class Gone:
    """So many cases would have gone elsewhere: from where to where, as (category, unit) codes.

    `stood` of them ended under the category that the change says; `numbers` are some that the reader may
    see. Counts as in `Rehearsal`.
    """

    before: tuple[str, str]
    after: tuple[str, str]
    count: int
    stood: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`n` past cases were tried, `fitted` by some changed rule; `total` would have gone elsewhere.

    `exact` only where the reader may read all of them. Anybody else could ask by a rule of one word
    whether somebody wrote it, and send letters of their own to lift a count: they are told of letters
    that were answered a month ago, of counts but `n` only what `_coarse` leaves, and rules ask for nothing
    that few of these letters have.
    """

    n: int
    fitted: int
    total: int
    gone: tuple[Gone, ...]
    exact: bool


def read_by_rules(letter: Submission, words: Words) -> Letter:
    """What rules read of a letter: never who wrote it."""
    return Letter(
        text=f"{words.title}\n{words.body}",
        place=words.place,
        channel=letter.channel,
        category=letter.category_code,
        received_at=letter.received_at,
    )


def rehearse(actor: Actor, now: RuleSet, then: RuleSet, *, most: int = ON_A_PAGE) -> Rehearsal:
    """Both rule sets on the newest `most` letters that are no complaints about conduct."""
    reports, said = _readable(_past()[:most])
    seen = _seen(actor, reports)
    exact = seen >= {report.case_id for report in reports}
    if not exact:
        reports, said = _readable(_past().filter(settled_long())[:most])
        seen = _seen(actor, reports)
    letters = [
        (report, Folded(read_by_rules(report.submission, words)))
        for report, words in zip(reports, said, strict=True)
    ]
    if not exact:
        now, then = (thinned(each, letters, _are_told) for each in (now, then))
    found: dict[tuple[tuple[str, str], tuple[str, str]], list[Report]] = {}
    fitted = []
    for report, letter in letters:
        before, after = now.first(letter), then.first(letter)
        if after is not None:
            fitted.append(report)
        if _says(before) != _says(after):
            found.setdefault((_says(before), _says(after)), []).append(report)
    count = len if exact else _coarse
    gone = [_gone(*change, rows, seen, count) for change, rows in found.items()]
    return Rehearsal(
        len(reports),
        count(fitted),
        count([report for rows in found.values() for report in rows]),
        tuple(
            sorted(
                (each for each in gone if each.count),
                key=lambda each: (-each.count, each.before, each.after),
            )
        ),
        exact,
    )


def _readable(past: Iterable[Report]) -> tuple[list[Report], list[Words]]:
    """Those whose letters open, and what these say."""
    said = [(report, words_left(report.submission)) for report in past]
    opens = [(report, words) for report, words in said if words is not None]
    return [report for report, _words in opens], [words for _report, words in opens]


def _seen(actor: Actor, reports: Iterable[Report]) -> set[int]:
    return seen_by(actor, (report.case_id for report in reports))


def _coarse(rows: Sequence[Report]) -> int:
    return coarse([report.pk for report in rows])


def _are_told(rows: Sequence[Report]) -> bool:
    """Whether there are so many that anybody is told of them."""
    return _coarse(rows) > 0


def _past() -> QuerySet[Report]:
    return past_letters().select_related("submission__seal", "case__category").order_by("-pk")


def _says(hit: Hit | None) -> tuple[str, str]:
    return (hit.category, hit.unit) if hit else ("", "")


def _gone(
    before: tuple[str, str],
    after: tuple[str, str],
    rows: Sequence[Report],
    seen: set[int],
    count: Callable[[Sequence[Report]], int],
) -> Gone:
    stood = [
        report
        for report in rows
        if report.case.category is not None and report.case.category.code == after[0]
    ]
    numbers = [report.case.number for report in rows if report.case_id in seen]
    return Gone(before, after, count(rows), count(stood), tuple(numbers[:MOST_NUMBERS]))
