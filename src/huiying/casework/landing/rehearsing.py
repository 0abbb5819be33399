"""What changed rules would have done with past cases, before anybody puts them in force."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.intake.models import Submission
from huiying.kernel.actors import Actor
from huiying.routing.rules.definitions import Hit, Letter, RuleSet

ON_A_PAGE = 200
MOST_NUMBERS = 10
STEP = 5


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
    whether somebody wrote it: counts but `n` are then rounded down to fives, and what changes fewer than
    five is left out.
    """

    n: int
    fitted: int
    total: int
    gone: tuple[Gone, ...]
    exact: bool


def read_by_rules(letter: Submission) -> Letter:
    """What rules read of a letter: never who wrote it."""
    return Letter(
        text=f"{letter.title}\n{letter.body}",
        place=letter.place,
        channel=letter.channel,
        category=letter.category_code,
        received_at=letter.received_at,
    )


def rehearse(actor: Actor, now: RuleSet, then: RuleSet, *, most: int = ON_A_PAGE) -> Rehearsal:
    """Both rule sets on the newest `most` letters that are no complaints about conduct."""
    reports = list(_past()[:most])
    seen = set(
        policy.visible_cases(actor)
        .filter(pk__in=[report.case_id for report in reports])
        .values_list("number", flat=True)
    )
    found: dict[tuple[tuple[str, str], tuple[str, str]], list[Report]] = {}
    fitted = 0
    for report in reports:
        letter = read_by_rules(report.submission)
        before, after = now.hit(letter), then.hit(letter)
        fitted += after is not None
        if _says(before) != _says(after):
            found.setdefault((_says(before), _says(after)), []).append(report)
    exact = seen >= {report.case.number for report in reports}
    total = sum(map(len, found.values()))
    gone = [_gone(before, after, rows, seen) for (before, after), rows in found.items()]
    if not exact:
        gone = [
            replace(each, count=_coarse(each.count), stood=_coarse(each.stood))
            for each in gone
            if each.count >= STEP
        ]
        fitted, total = _coarse(fitted), _coarse(total)
    return Rehearsal(
        len(reports),
        fitted,
        total,
        tuple(sorted(gone, key=lambda each: (-each.count, each.before, each.after))),
        exact,
    )


def _coarse(count: int) -> int:
    return count - count % STEP


def _past() -> QuerySet[Report]:
    return (
        Report.objects.filter(
            case__conduct=False,
            submission__conduct=False,
            submission__part=False,
            submission__words_erased_at=None,
        )
        .select_related("submission", "case__category")
        .order_by("-pk")
    )


def _says(hit: Hit | None) -> tuple[str, str]:
    return (hit.category, hit.unit) if hit else ("", "")


def _gone(
    before: tuple[str, str], after: tuple[str, str], rows: Iterable[Report], seen: set[int]
) -> Gone:
    cases = [report.case for report in rows]
    stood = sum(case.category is not None and case.category.code == after[0] for case in cases)
    numbers = [case.number for case in cases if case.number in seen]
    return Gone(before, after, len(cases), stood, tuple(numbers[:MOST_NUMBERS]))
