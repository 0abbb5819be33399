"""What the desk is shown beside a case: which others may be the same, what was said of it, and why."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from huiying.casework import policy
from huiying.casework.alike.candidates import MOST, Alike, Asked, likely_same
from huiying.casework.desk_models import Likened
from huiying.casework.joined import why_apart
from huiying.casework.models import CaseFile, Report
from huiying.casework.splitting.letters import of_one_letter
from huiying.casework.states import OPEN
from huiying.intake.opening import words_left
from huiying.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Proposed:
    """A case that the writer (`writer`), or the clerk who took the letter (`desk`), says is the same one;
    `why_not` where the two cannot be joined.
    """

    number: int
    title: str
    state: str
    said: str
    why_not: str


@dataclass(frozen=True, slots=True)
class AlikeShown:
    """`proposed` by people, `lines` by the machine; `apart` holds (number, title) of those said to be another
    matter.

    `may_join` where this reader may join the case, and may say that another is not the same.
    """

    number: int
    title: str
    proposed: tuple[Proposed, ...]
    lines: tuple[Alike, ...]
    apart: tuple[tuple[int, str], ...]
    may_join: bool


def said_of(case: CaseFile) -> list[tuple[CaseFile, str]]:
    """The other case of each pair of which somebody said something that still holds, and what. One query."""
    held = Likened.objects.filter(Q(case=case) | Q(other=case), ended_at=None)
    rows = held.select_related("case", "other").order_by("id")
    return [(row.other if row.case_id == case.pk else row.case, row.said) for row in rows]


def alike_to(actor: Actor, number: int) -> AlikeShown:
    """What may be the same as the case, in this actor's sight; NotFound where that is not theirs.

    Nothing is looked for where the case is a complaint about conduct, or not open. Twelve queries at most.
    """
    case = policy.find(actor, number)
    lines: tuple[Alike, ...] = ()
    proposed: list[Proposed] = []
    apart: list[tuple[int, str]] = []
    if not case.conduct and case.state in OPEN:
        said = _in_sight(actor, said_of(case))
        proposed = [_proposed(case, *each) for each in said if each[1] != Likened.Said.APART]
        apart = [(o.number, o.title) for o, word in said if word == Likened.Said.APART]
        asked = _asked(case)
        if asked is not None:
            but = {case.pk, *of_one_letter(case), *(other.pk for other, _word in said)}
            lines = likely_same(actor, asked, but=but)[: max(MOST - len(proposed), 0)]
    may = policy.may_step(actor, "join", case) is None
    return AlikeShown(case.number, case.title, tuple(proposed), lines, tuple(apart), may)


def _in_sight(actor: Actor, said: list[tuple[CaseFile, str]]) -> list[tuple[CaseFile, str]]:
    if not said:
        return []
    seen = policy.visible_cases(actor).filter(pk__in=[other.pk for other, _word in said])
    ids = set(seen.filter(conduct=False).values_list("pk", flat=True))
    return [(other, word) for other, word in said if other.pk in ids]


def _proposed(case: CaseFile, other: CaseFile, word: str) -> Proposed:
    refusal = why_apart(case, other)
    return Proposed(other.number, other.title, other.state, word, str(refusal) if refusal else "")


def _asked(case: CaseFile) -> Asked | None:
    """The words of the case's own first letter; None where they are erased, withdrawn, or do not open."""
    rows: Any = Report.objects.filter(
        case=case, own_case=None, ended_at=None, submission__words_erased_at=None
    )
    report = rows.select_related("submission__seal").order_by("pk").first()
    if report is None:
        return None
    letter = report.submission
    code = case.category.code if case.category else letter.category_code
    words = words_left(letter)
    if words is None:
        return None
    return Asked(f"{words.title}\n{words.body}", words.place, code, words.point)
