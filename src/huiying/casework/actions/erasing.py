"""Erasing words wherever a letter's have reached in its case. States, times and counts stay."""

from django.db.models import Q

from huiying.casework.extension_models import Extension
from huiying.casework.labels import subject
from huiying.casework.landing.kept import forget_reasons
from huiying.casework.models import CaseFile, OutsideNumber, Report, UnfinishedWords
from huiying.intake.actions.erasing import erase_words as erase_words_of
from huiying.intake.states import ERASED
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import erase_payloads, write


@verb
def erase_words(*, actor: Actor, report: Report) -> int:
    """Erase one letter; with the last letter of its case the desk's title and reasons go too.

    The number of the letter's entry, 0 where it was done before. For retention alone.
    """
    case = CaseFile.objects.select_for_update().get(pk=report.case_id)
    entry = erase_words_of(actor=actor, submission=report.submission)
    if not entry:
        return 0
    Report.objects.filter(pk=report.pk).update(pressed=None)
    forget_reasons(case)
    UnfinishedWords.objects.filter(case=case).delete()
    for each in CaseFile.objects.filter(pk__in=[case.pk, report.own_case_id or case.pk]):
        _empty_with_last_letter(actor, each)
    return entry


def _empty_with_last_letter(actor: Actor, case: CaseFile) -> None:
    """Erase what the desk wrote of the case, where every letter that it made or has is erased."""
    letters = Report.objects.filter(Q(case=case) | Q(own_case=case))
    if letters.filter(submission__words_erased_at=None).exists():
        return
    CaseFile.objects.filter(pk=case.pk).update(title=ERASED)
    OutsideNumber.objects.filter(case=case).delete()
    Extension.objects.filter(case=case).update(reason="")
    erase_payloads([subject(case)])
    write(actor=actor, action="case.emptied", subject=subject(case))
