"""Erasing words wherever a letter's have reached in its case. States, times and counts stay."""

from huiying.accounts.actions.unsent import forget_about
from huiying.accounts.unsent import about_case
from huiying.casework.actions.receiving import title_of
from huiying.casework.desk_models import OutsideNumber
from huiying.casework.extension_models import Extension
from huiying.casework.harm_models import HarmDecision
from huiying.casework.joined import cases_of, has_words
from huiying.casework.labels import subject
from huiying.casework.landing.kept import forget_reasons
from huiying.casework.models import CaseFile, Report
from huiying.intake.actions.erasing import erase_words as erase_words_of
from huiying.intake.opening import GONE, Words, words_left
from huiying.intake.states import ERASED
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import erase_payloads, write


@verb
def erase_words(*, actor: Actor, report: Report) -> int:
    """Erase one letter; with the last letter of its case the desk's title and reasons go too. A letter
    that stands with another case has left words at the one that it made.

    The number of the letter's entry, 0 where it was done before. For retention alone.
    """
    cases = list(
        CaseFile.objects.select_for_update().filter(pk__in=cases_of(report)).order_by("pk")
    )
    words = words_left(report.submission)
    entry = erase_words_of(actor=actor, submission=report.submission)
    if not entry:
        return 0
    Report.objects.filter(pk=report.pk).update(pressed=None)
    forget_about([about_case(case.number) for case in cases])
    for case in cases:
        forget_reasons(case)
        if not has_words(case.pk):
            _empty(actor, case)
        elif _goes_by(report, words, case):
            _go_by_another(case)
    return entry


def _goes_by(report: Report, words: Words | None, case: CaseFile) -> bool:
    """Whether the case may have its line from this letter. What it was when it was made cannot be told by
    making it again: masking has learned since, or the key is lost.
    """
    made = case.pk == (report.own_case_id or report.case_id)
    return made or words is None or case.title == title_of(words.title, words.body)


def _go_by_another(case: CaseFile) -> None:
    """A case that goes on loses the line that the erased letter gave it."""
    rows = Report.objects.filter(case=case, submission__words_erased_at=None)
    first = rows.select_related("submission__seal").order_by("pk").first()
    words = (words_left(first.submission) if first else None) or GONE
    CaseFile.objects.filter(pk=case.pk).update(title=title_of(words.title, words.body))


def _empty(actor: Actor, case: CaseFile) -> None:
    """Erase what the desk wrote of the case."""
    CaseFile.objects.filter(pk=case.pk).update(title=ERASED)
    OutsideNumber.objects.filter(case=case).delete()
    Extension.objects.filter(case=case).update(reason="")
    HarmDecision.objects.filter(case=case).update(reason="")
    erase_payloads([subject(case)])
    write(actor=actor, action="case.emptied", subject=subject(case))
