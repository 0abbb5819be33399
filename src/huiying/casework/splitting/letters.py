"""Which letters are parts of which, and by which letter a writer hears and acts."""

from dataclasses import replace

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from huiying.casework.models import CaseFile, Report
from huiying.casework.part_models import Part
from huiying.intake.helping import GRANT
from huiying.intake.models import Submission
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.refusals import NotFound

# Over a report: the label of the letter by which its writer hears.
HEARD_BY = Coalesce(F("part__letter__submission__label"), F("submission__label"))
WHOLE = "part__letter__submission"


def heard(report: Report) -> Submission:
    """The letter with the code and the contact that the writer left: of a part, the whole one."""
    part: Part | None = getattr(report, "part", None)
    return report.submission if part is None else part.letter.submission


def parts_of(report_id: int) -> QuerySet[Part]:
    """The parts of a letter (its report's id) as they stand, in order."""
    rows = Part.objects.filter(letter=report_id, taken_back_at=None).order_by("place")
    return rows.select_related("report__submission", "report__case")


def split_cases(case_ids: list[int]) -> list[int]:
    """The cases (ids) whose letters were split, and parts of which these cases have or had."""
    here = Part.objects.filter(report__case__in=case_ids) | Part.objects.filter(
        report__own_case__in=case_ids
    )
    return sorted(set(here.values_list("letter__case", flat=True)))


def of_one_letter(case: CaseFile) -> list[int]:
    """The cases (ids) of the parts of the letters of which this case has a part; none joins another."""
    letters = Part.objects.filter(report__case=case, taken_back_at=None).values("letter")
    parts = Part.objects.filter(letter__in=letters, taken_back_at=None)
    return list(parts.values_list("report__case", flat=True))


def as_part(actor: Actor, part: Part) -> Actor:
    """Who acts on the whole letter, acting on this part of it: its writer, or a helper of theirs."""
    label = f"submission:{part.report.submission.label}"
    name = "resident" if actor.has("resident") else GRANT
    return replace(actor, grants=frozenset({Grant(name, label)}))


def own_part(actor: Actor, place: int) -> Actor:
    """Who wrote the letter or helps with it, acting on the part at this place; NotFound without one."""
    labels = [each.removeprefix("submission:") for each in actor.scopes("resident", GRANT)]
    rows = Part.objects.filter(
        letter__submission__label__in=labels, place=place, taken_back_at=None
    )
    part = rows.select_related("report__submission").first()
    if part is None:
        raise NotFound
    return as_part(actor, part)


def own_parts(actor: Actor) -> list[tuple[int, Actor]]:
    """The places of the parts of the actor's letter, each with who acts on it; none where it is whole."""
    labels = [each.removeprefix("submission:") for each in actor.scopes("resident", GRANT)]
    rows = Part.objects.filter(letter__submission__label__in=labels, taken_back_at=None)
    rows = rows.select_related("report__submission").order_by("place")
    return [(part.place, as_part(actor, part)) for part in rows]
