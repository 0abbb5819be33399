"""What people bring to writers by hand, and what did not arrive, for the cases that they may see."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from huiying.casework import policy
from huiying.casework.models import CaseFile, Report
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.notices.models import Errand
from huiying.notices.reads import ErrandLine, Failures, errand_line, failures, waiting_errands


@dataclass(frozen=True, slots=True)
class ErrandShown:
    """One errand with the case and the letter that it belongs to."""

    line: ErrandLine
    number: int
    title: str
    submission_id: int
    code: str
    language: str


def _reports(actor: Actor) -> QuerySet[Report]:
    """The letters that this clerk may see and that nobody withdrew."""
    return Report.objects.filter(ended_at=None, case__in=policy.visible_cases(actor))


def kept_notices(actor: Actor) -> Exists:
    """Of notices (over `OuterRef("recipient")`): those to whoever complained about this actor's conduct.
    Even that there is one is not for them.
    """
    cases = CaseFile.objects.filter(policy.kept_from(actor))
    whom = Concat(Value("submission:"), "submission__label")
    reports = Report.objects.filter(case__in=cases).annotate(whom=whom)
    return Exists(reports.filter(whom=OuterRef("recipient")))


def undelivered(actor: Actor, **asked: str) -> Failures:
    """`notices.reads.failures`, without what is kept from this actor."""
    return failures(actor, hidden=kept_notices(actor), **asked)


def _waiting(actor: Actor) -> QuerySet[Errand]:
    if not policy.may_take_calls(actor):
        raise NotAllowed
    whom = Concat(Value("submission:"), "submission__label")
    theirs = _reports(actor).annotate(whom=whom).filter(whom=OuterRef("notice__recipient"))
    return waiting_errands().filter(Exists(theirs))


def _label(errand: Errand) -> str:
    return errand.notice.recipient.removeprefix("submission:")


def _shown(errand: Errand, report: Report) -> ErrandShown:
    letter = report.submission
    return ErrandShown(
        errand_line(errand),
        report.case.number,
        report.case.title,
        report.submission_id,
        letter.code,
        letter.language,
    )


def errands(actor: Actor, *, skip: int, most: int) -> list[ErrandShown]:
    """What waits for a clerk, what is due first before the rest. Raises NotAllowed for others."""
    rows = list(_waiting(actor)[skip : skip + most])
    found = _reports(actor).filter(submission__label__in={_label(row) for row in rows})
    reports = {each.submission.label: each for each in found.select_related("submission", "case")}
    return [_shown(row, reports[_label(row)]) for row in rows if _label(row) in reports]


def find_errand(actor: Actor, errand: int) -> tuple[Errand, Report]:
    """An errand that waits, with its letter; NotFound where it is done, or not for this clerk."""
    row = _waiting(actor).filter(pk=errand).first()
    if row is None:
        raise NotFound
    found = _reports(actor).select_related("submission", "case")
    return row, found.get(submission__label=_label(row))


def errand_shown(actor: Actor, errand: int) -> ErrandShown:
    """`find_errand`, for a page."""
    return _shown(*find_errand(actor, errand))
