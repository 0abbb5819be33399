"""Splitting a letter with several matters: each part gets a case of its own, by the letter's own clock.

A part is what the desk writes out of the letter for the unit that handles it. Who handles a part sees the
part and nothing else of the letter; its writer sees all parts on their one page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.actions.receiving import title_of
from huiying.casework.actions.sorting import (
    assign,
    keep_names,
    replace_assignments,
    whom,
    write_marked,
)
from huiying.casework.errors import (
    ConductLost,
    HarmLost,
    NamedUnit,
    NobodyLeft,
    PartMoved,
    PartOfALetter,
    SeveralLetters,
    TooFewParts,
)
from huiying.casework.extension_models import Extension
from huiying.casework.extensions import due_as_told
from huiying.casework.harm_models import HarmDecision
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Named, Report
from huiying.casework.part_models import Part
from huiying.casework.splitting.letters import parts_of
from huiying.casework.states import State
from huiying.casework.stepping import change, check_seen, move_row, take_step
from huiying.casework.urgency.standing import harm_columns
from huiying.casework.words import LONGEST_TITLE, required
from huiying.intake import letters
from huiying.intake.actions import writing
from huiying.intake.models import Message
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.inserting import insert_together
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import verb
from huiying.record.actions import entry_rows
from huiying.routing.reads import leaf

FEWEST, MOST = 2, 6
TOLD_SPLIT = _(
    "Your letter is about several matters. From now on each is handled on its own, by whoever is "
    "responsible for it, and this page shows all of them: what becomes of each, by when you hear, the "
    "answer, and your say. Whoever handles one part does not see the others. Your code stays as it is, "
    "and no clock begins anew."
)
TOLD_WHOLE = _(
    "We had split your letter into parts. We have taken that back before anything was done, and "
    "handle it as one again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWanted:
    """One part as the desk writes it. `facts` are those of the letter's harm facts that it is about;
    `lead_code` is empty where somebody else assigns it; `unit_codes` and `usernames` say whom a part about
    conduct is about.
    """

    title: str
    words: str
    category_code: str
    lead_code: str = ""
    facts: tuple[str, ...] = ()
    conduct: bool = False
    unit_codes: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()


@verb
def split(
    *, actor: Actor, number: int, seen: int | None = None, parts: Sequence[PartWanted]
) -> CaseFile:
    """Make a case of each part; the letter itself stays with the desk. Its writer is told.

    Raises TooFewParts, SeveralLetters, PartOfALetter, HarmLost, ConductLost; Invalid for a part that says
    too little, its `field` ending in the number of the part ("words-2").
    """
    _lock(policy.find(actor, number).pk)
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "split", case)
    letter = _only_letter(case)
    if not FEWEST <= len(parts) <= MOST:
        raise TooFewParts
    about = {fact for part in parts for fact in part.facts}
    if about != case.facts:
        raise HarmLost(field="facts-1")
    if case.conduct and not any(part.conduct for part in parts):
        raise ConductLost(field="conduct-1")
    made = [_made(actor, case, letter, place, part) for place, part in enumerate(parts, 1)]
    take_step(case, actor=actor, verb="split", data={"parts": [child.number for child in made]})
    _keep_from_named(actor, case, made)
    _tell(actor, letter, TOLD_SPLIT)
    return case


def _lock(*ids: int) -> None:
    """Keep these cases from being changed by others until this verb ends; always in the same order."""
    list(CaseFile.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))


def _only_letter(case: CaseFile) -> Report:
    """The one letter of the case, as it came."""
    found = list(Report.objects.filter(case=case).select_related("submission"))
    live = [report for report in found if report.ended_at is None]
    if len(live) != 1 or live[0].own_case_id is not None:
        raise SeveralLetters
    if live[0].submission.part:
        raise PartOfALetter
    return live[0]


def _made(actor: Actor, case: CaseFile, letter: Report, place: int, wanted: PartWanted) -> CaseFile:
    """One part with its case, sorted, and assigned where a unit was chosen."""
    category = leaf(wanted.category_code)
    if category is None:
        raise Invalid(_("Choose a category."), field=f"category_code-{place}")
    now, facts = time.now(), frozenset(wanted.facts)
    title = required(wanted.title, f"title-{place}", most=LONGEST_TITLE)
    words, seal = letters.part_rows(
        letter.submission,
        title=title,
        body=required(wanted.words, f"words-{place}", most=letters.LONGEST_BODY),
        facts=facts & letter.submission.facts,
        legal_date=case.legal_date,
        conduct=wanted.conduct,
    )
    child = CaseFile(
        label=random_label(),
        state=State.TRIAGED,
        title=title_of(title, ""),
        category=category,
        channel=case.channel,
        conduct=wanted.conduct,
        received_at=letter.submission.received_at,
        due_at=due_as_told(letter, case, category, facts=facts),
        paused=case.paused,
        pauses=case.pauses,
        moved_at=now,
        round=case.round,
        **harm_columns(facts, case.legal_date),
    )
    report = Report(
        submission=words,
        case=child,
        due_at=child.due_at,
        again_at=letter.again_at,
        paused=letter.paused,
        pauses=letter.pauses,
    )
    part = Part(report=report, letter=letter, place=place, since=now, born=child.version)
    entry = entry_rows(
        actor=actor, action="case.split_off", subject=subject(child), data={"from": case.number}
    )
    move = move_row(child, verb="split_off", source="", at=now)
    insert_together(words, seal, child, report, part, move, *entry)
    child = CaseFile.objects.get(label=child.label)
    _place(actor, child, case, wanted, place)
    _carry_over(case, child)
    return child


def _place(actor: Actor, child: CaseFile, case: CaseFile, wanted: PartWanted, place: int) -> None:
    """Whom it is about, and the unit that was chosen."""
    if wanted.conduct:
        _name(actor, child, case, wanted, place)
    if wanted.lead_code:
        _give(actor, child, wanted.lead_code, place)
    Part.objects.filter(report__case=child).update(born=child.version)


def _carry_over(case: CaseFile, child: CaseFile) -> None:
    """What was decided of the whole counts for the part: what the desk said of its facts, and more time that
    was granted, so that splitting wins none. Why stays with the whole letter: it may speak of other parts.
    """
    said = HarmDecision.objects.filter(case=case, fact__in=child.facts).order_by("pk")
    HarmDecision.objects.bulk_create(
        [
            HarmDecision(
                case=child, fact=one.fact, holds=one.holds, at=one.at, along_with=one.along_with
            )
            for one in said
        ]
    )
    given = Extension.objects.filter(case=case, round=case.round, granted=True).order_by("pk")
    Extension.objects.bulk_create(
        [
            Extension(
                case=child,
                round=child.round,
                asked_at=one.asked_at,
                asked_by=one.asked_by,
                due_before=one.due_before,
                until=one.until,
                decided_at=one.decided_at,
                decided_by=one.decided_by,
                granted=True,
                late=one.late,
            )
            for one in given
        ]
    )


def _name(actor: Actor, child: CaseFile, case: CaseFile, wanted: PartWanted, place: int) -> None:
    """Whom the part is about: those whom the letter is known to be about, and those named now."""
    marks = Named.objects.filter(case=case)
    Named.objects.bulk_create(
        [Named(case=child, unit=m.unit, account=m.account, since=m.since) for m in marks],
        ignore_conflicts=True,
    )
    if marks.exists() and not (wanted.unit_codes or wanted.usernames):
        return
    try:
        units, accounts = whom(wanted.unit_codes, wanted.usernames)
    except Invalid as refusal:
        refusal.field = f"{refusal.field}-{place}"
        raise
    keep_names(child, units, accounts)
    write_marked(actor, child, units, accounts)


def _give(actor: Actor, child: CaseFile, lead_code: str, place: int) -> None:
    try:
        done = assign(actor=actor, number=child.number, lead_code=lead_code)
    except (Invalid, NamedUnit) as refusal:
        refusal.field = f"lead_code-{place}"
        raise
    child.version = done.version


def _keep_from_named(actor: Actor, case: CaseFile, made: Sequence[CaseFile]) -> None:
    """The whole letter is kept from everybody from whom a part of it is kept."""
    marks = Named.objects.filter(case__in=made)
    if not any(child.conduct for child in made):
        return
    if not case.conduct:
        change(case, conduct=True)
    Named.objects.bulk_create(
        [Named(case=case, unit=m.unit, account=m.account, since=time.now()) for m in marks],
        ignore_conflicts=True,
    )
    named = Named.objects.filter(case=case).select_related("unit", "account")
    units = [mark.unit for mark in named if mark.unit]
    write_marked(actor, case, units, [mark.account for mark in named if mark.account])
    if not policy.sorter_left(case):
        raise NobodyLeft


def _tell(actor: Actor, letter: Report, words: str | Promise) -> None:
    """Tell the writer in their own thread and language."""
    with translation.override(letter.submission.language):
        text = str(words)
    writing.add_message(
        actor=actor, submission=letter.submission, kind=Message.Kind.NEWS, text=text
    )


@verb
def unsplit(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """Take a split back, as long as nobody has acted on any part; the case stands as before.

    Raises PartMoved.
    """
    case = policy.find(actor, number)
    letter = Report.objects.filter(case=case, own_case=None).select_related("submission").first()
    if letter is None:
        policy.require_step(actor, "unsplit", case)
        raise PartMoved
    _lock(case.pk, *parts_of(letter.pk).values_list("report__case", flat=True))
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "unsplit", case)
    now = time.now()
    for part in parts_of(letter.pk):
        _put_back(actor, part, case, now)
    take_step(case, actor=actor, verb="unsplit")
    _tell(actor, letter, TOLD_WHOLE)
    return case


def _put_back(actor: Actor, part: Part, case: CaseFile, now: datetime) -> None:
    """End one part: its case stands as joined to the whole one, and nothing of it is left to do."""
    report, child = part.report, part.report.case
    if child.version != part.born or report.own_case_id is not None or report.ended_at:
        raise PartMoved
    columns = {"joined_to": case, "lead_unit": None}
    take_step(child, actor=actor, verb="put_back", data={"from": case.number}, columns=columns)
    replace_assignments(child, None, [])
    Report.objects.filter(pk=report.pk).update(ended_at=now)
    Part.objects.filter(pk=part.pk).update(taken_back_at=now)
