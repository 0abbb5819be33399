"""Which cases are joined to which, and where their letters stand.

Joined cases make trees: each names the one that it is joined to, and the letters of all of them stand with
the one at the root, which is joined to none. A letter that is not at home names its own case.
"""

from datetime import datetime

from django.db.models import Min, Q, QuerySet

from huiying.casework.errors import ConductApart, JoinedToItself, PartsTogether, TargetNotOpen
from huiying.casework.models import CaseFile, Joined, Named, Report
from huiying.casework.part_models import Part
from huiying.casework.pausing.cases import first_of
from huiying.casework.states import OPEN, State, Vote
from huiying.kernel.refusals import Refusal


def tree_below(case_id: int) -> list[int]:
    """The case (id) and all that are joined to it, or to one of these. A query for each level."""
    found = level = [case_id]
    while level:
        rows = CaseFile.objects.filter(joined_to__in=level)
        level = list(rows.values_list("pk", flat=True))
        found = found + level
    return found


def cases_of(report: Report) -> list[int]:
    """The case (id) with which the letter stands, and the one that it made; once where it is at home."""
    return sorted({report.case_id, report.own_case_id or report.case_id})


def has_words(case_id: int) -> bool:
    """Whether a letter that the case made, or that stands with it, is not erased."""
    letters = Report.objects.filter(Q(case=case_id) | Q(own_case=case_id))
    return letters.filter(submission__words_erased_at=None).exists()


def way_up(case_id: int) -> list[int]:
    """The case (id), what it is joined to, and so on to the root. A query for each level."""
    found = [case_id]
    while above := CaseFile.objects.values_list("joined_to", flat=True).get(pk=found[-1]):
        found.append(above)
    return found


def letters_of_tree(case: CaseFile) -> QuerySet[Report]:
    """The letters that the case and those joined to it brought, not withdrawn, wherever they stand."""
    tree = tree_below(case.pk)
    own = Q(own_case__in=tree) | Q(own_case=None, case__in=tree)
    return Report.objects.filter(own, ended_at=None)


def _awaiting(case: CaseFile) -> QuerySet[Report]:
    """Letters that stand with the case and still wait for an answer."""
    return Report.objects.filter(case=case, ended_at=None, delivered_at=None)


def at_home(case: CaseFile) -> QuerySet[Report]:
    """The letters of the case itself, that wait for an answer: their clock is the case's own."""
    return _awaiting(case).filter(own_case=None)


def own_letter(case: CaseFile) -> Report | None:
    """The case's own letter, whose clock is the case's own; None where it waits for no answer."""
    return at_home(case).order_by("due_at", "pk").first()


def earliest_due(case: CaseFile, due: datetime) -> datetime:
    """`due`, or when the first of the letters joined to the case is due, if that is sooner."""
    if case.waiting_since is not None:
        return first_of(case, due) or due
    joined = _awaiting(case).filter(own_case__isnull=False)
    first = joined.aggregate(first=Min("due_at"))["first"]
    return min(due, first) if first else due


def first_due(case: CaseFile) -> datetime:
    """When the first of the letters that stand with the case is due; the case's own time for none."""
    if case.waiting_since is not None:
        return first_of(case) or case.due_at
    first: datetime | None = _awaiting(case).aggregate(first=Min("due_at"))["first"]
    return first or case.due_at


def was_asked(report: Report) -> bool:
    """True where the case waits for its writers, and this one was among those asked."""
    case = report.case
    if case.state != State.WAITING:
        return False
    if report.own_case_id is None:
        return True
    later = Joined.objects.filter(report=report, ended_at=None, since__gt=case.waiting_since)
    return not later.exists()


def others_are_content(report: Report) -> bool:
    """True where other letters stand with the case, and none of their writers says that it is not solved."""
    others = Report.objects.filter(case=report.case_id, ended_at=None).exclude(pk=report.pk)
    unhappy = others.filter(vote__in=(Vote.PARTLY, Vote.NOT_SOLVED))
    return others.exists() and not unhappy.exists()


def came_since(case: CaseFile, moment: datetime) -> bool:
    """Whether letters of others were joined to the case after `moment` and stand with it."""
    later = Joined.objects.filter(case=case, ended_at=None, since__gt=moment)
    return later.filter(report__ended_at=None).exists()


def _named_in(case: CaseFile) -> set[tuple[int | None, int | None]]:
    return set(Named.objects.filter(case=case).values_list("unit", "account"))


def _split_letters(case: CaseFile) -> set[int]:
    """The letters (ids) of which a part stands with the case."""
    here = Part.objects.filter(report__case=case, taken_back_at=None)
    return set(here.values_list("letter", flat=True))


def why_apart(case: CaseFile, target: CaseFile) -> Refusal | None:
    """Why the letters of `case` cannot stand with `target`, or None where they can.

    Whoever reads the letters of a complaint must not be somebody whom another letter there names.
    """
    if case.pk == target.pk:
        return JoinedToItself(field="into")
    if target.state not in OPEN:
        return TargetNotOpen()
    apart = case.conduct != target.conduct
    if apart or (case.conduct and _named_in(case) != _named_in(target)):
        return ConductApart(field="into")
    if _split_letters(case) & _split_letters(target):
        return PartsTogether(field="into")
    return None
