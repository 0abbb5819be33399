"""The verbs of erasure: rules by two people, holds by two people, one letter at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy as cases
from huiying.casework.actions.erasing import erase_words
from huiying.casework.following import own_report
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Report
from huiying.casework.telling import tell_writers
from huiying.casework.words import required
from huiying.intake import letters
from huiying.intake.actions.erasing import erase_contact
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, MovedOn, NotFound, SamePerson
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.replies.actions.forgetting import forget_typed
from huiying.replies.actions.own_words import forget_own_words
from huiying.retention import due, policy
from huiying.retention.errors import Held, NothingLeft, StillOpen
from huiying.retention.models import LONGEST_HOLD, Erased, Hold, Rules, Run, What
from huiying.retention.reads import rules_in_force
from huiying.supervision.actions.matters import forget_matters
from huiying.supervision.joint_sessions.actions.tasks import forget_sessions

LEAST_CONTACT, LEAST_WORDS, MOST_MONTHS = 2, 6, 240
LEAST_SEARCHES, MOST_DAYS = 7, 3650


@dataclass(frozen=True, slots=True)
class OfSearches:
    """The rule on the words of searches at the desk: days after the search; None: not erased."""

    days: int | None = None
    basis: str = ""


def _months(value: int | None, least: int, field: str) -> int | None:
    if value is not None and not least <= value <= MOST_MONTHS:
        raise Invalid(
            _("Between %(least)d and %(most)d months.") % {"least": least, "most": MOST_MONTHS},
            field=field,
        )
    return value


def _days(value: int | None) -> int | None:
    if value is not None and not LEAST_SEARCHES <= value <= MOST_DAYS:
        raise Invalid(
            _("Between %(least)d and %(most)d days.")
            % {"least": LEAST_SEARCHES, "most": MOST_DAYS},
            field="search_days",
        )
    return value


def _refuse_longer(contact: int | None, words: int | None) -> None:
    if words is not None and (contact is None or contact > words):
        raise Invalid(
            _("The contact cannot be kept longer than the words that it belongs to."),
            field="contact_months",
        )


@verb
def propose_rules(
    *,
    actor: Actor,
    contact_months: int | None,
    contact_basis: str,
    words_months: int | None,
    words_basis: str,
    searches: OfSearches = OfSearches(),
) -> Rules:
    """Propose the next version; it does nothing until a second person approves it."""
    policy.require(policy.may_set_rules(actor))
    contact = _months(contact_months, LEAST_CONTACT, "contact_months")
    words = _months(words_months, LEAST_WORDS, "words_months")
    _refuse_longer(contact, words)
    days = _days(searches.days)
    said = [
        required(basis, field, most=1000) if length is not None else ""
        for basis, field, length in (
            (contact_basis, "contact_basis", contact),
            (words_basis, "words_basis", words),
            (searches.basis, "search_basis", days),
        )
    ]
    newest = Rules.objects.aggregate(most=Max("number"))["most"] or 0
    rules = Rules.objects.create(
        number=newest + 1,
        contact_months=contact,
        contact_basis=said[0],
        words_months=words,
        words_basis=said[1],
        search_days=days,
        search_basis=said[2],
        proposed_by=actor.label,
        proposed_at=time.now(),
    )
    write(
        actor=actor,
        action="rules.proposed",
        subject=f"retention:{rules.number}",
        data={
            "contact_months": contact,
            "words_months": words,
            "search_days": days,
            "basis": said,
        },
    )
    return rules


@verb
def approve_rules(*, actor: Actor, number: int) -> None:
    """Put a proposed version in force. Raises SamePerson for who proposed it, MovedOn where a newer
    version was proposed or this one is decided.
    """
    policy.require(policy.may_set_rules(actor))
    rules = Rules.objects.filter(number=number).first()
    if rules is None:
        raise NotFound
    if rules.proposed_by == actor.label:
        raise SamePerson
    newer = Rules.objects.filter(number__gt=number).exists()
    approved = Rules.objects.filter(pk=rules.pk, approved_at=None)
    if newer or not approved.update(approved_by=actor.label, approved_at=time.now()):
        raise MovedOn
    write(actor=actor, action="rules.approved", subject=f"retention:{number}")


@verb
def ask_hold(*, actor: Actor, number: int, reason: str, until: datetime) -> Hold:
    """Ask that nothing of a case is erased for a while, at most six months from now."""
    case = cases.find(actor, number)
    policy.require(policy.may_hold(actor))
    now = time.now()
    if not now < until <= now + LONGEST_HOLD:
        raise Invalid(_("A hold ends after today and within six months."), field="until")
    hold = Hold.objects.create(
        label=random_label(),
        case=case,
        reason=required(reason, "reason", most=1000),
        until=until,
        asked_by=actor.label,
        asked_at=now,
    )
    data = {"hold": hold.label, "until": until.isoformat()}
    write(actor=actor, action="hold.asked", subject=subject(case), data=data)
    return hold


def _hold(actor: Actor, label: str) -> Hold:
    hold = Hold.objects.select_related("case").filter(label=label).first()
    if hold is None:
        raise NotFound
    cases.find(actor, hold.case.number)
    policy.require(policy.may_hold(actor))
    # An erasure of this case waits for the hold, and the hold for the erasure.
    CaseFile.objects.select_for_update().get(pk=hold.case_id)
    return hold


@verb
def grant_hold(*, actor: Actor, label: str) -> None:
    """Let the hold begin; its writers are told. Raises SamePerson for who asked for it."""
    hold = _hold(actor, label)
    if hold.asked_by == actor.label:
        raise SamePerson
    now = time.now()
    waiting = Hold.objects.filter(pk=hold.pk, granted_at=None, ended_at=None, until__gt=now)
    if not waiting.update(granted_by=actor.label, granted_at=now):
        raise MovedOn
    data = {"hold": hold.label, "until": hold.until.isoformat()}
    write(actor=actor, action="hold.granted", subject=subject(hold.case), data=data)
    tell_writers(hold.case, kind="hold")


@verb
def end_hold(*, actor: Actor, label: str) -> None:
    """End a hold, or take back the wish for one, before its time."""
    _end(_hold(actor, label), actor, Hold.objects.all())


@verb
def end_lapsed_hold(*, actor: Actor, hold: Hold) -> None:
    """Say that a hold ended by itself; it had no effect since `until`."""
    policy.require(actor.has("system"))
    _end(hold, actor, Hold.objects.filter(until__lte=time.now()))


def _end(hold: Hold, actor: Actor, among: QuerySet[Hold]) -> None:
    if not among.filter(pk=hold.pk, ended_at=None).update(ended_at=time.now()):
        raise MovedOn
    write(actor=actor, action="hold.ended", subject=subject(hold.case), data={"hold": hold.label})


@verb
def start_run(*, actor: Actor, rules: Rules) -> Run:
    """Begin a run under the rules in force."""
    policy.require(actor.has("system"))
    run = Run.objects.create(label=random_label(), rules=rules, started_at=time.now())
    data = {"rules": rules.number}
    write(actor=actor, action="retention.run", subject=f"erasure:{run.label}", data=data)
    return run


@verb
def finish_run(*, actor: Actor, run: Run) -> None:
    """Say that a run went through."""
    policy.require(actor.has("system"))
    Run.objects.filter(pk=run.pk, finished_at=None).update(finished_at=time.now())


@verb
def erase_due_letter(*, actor: Actor, run: Run, what: str, report_id: int) -> None:
    """Erase contact or words of one letter, if the rules of the run still say so at this moment.

    Raises NothingLeft where it is no longer due: reopened, held or erased meanwhile, or other rules are
    in force.
    """
    policy.require(actor.has("system"))
    report = _locked(report_id)
    if rules_in_force() != run.rules:
        raise NothingLeft
    if not due.due(run.rules, what, time.now()).filter(pk=report.pk).exists():
        raise NothingLeft
    _erase(report, what, run=run)


@verb
def erase_on_wish(*, actor: Actor, what: str) -> None:
    """A writer has their contact erased at once, or the words once nobody works on them any more.

    Raises Held, StillOpen, NothingLeft.
    """
    if what not in What.values:
        raise Invalid(_("Choose what is to be erased."), field="what")
    report = _locked(own_report(actor).pk)
    mine = Report.objects.filter(pk=report.pk)
    if not mine.filter(due.holding(what)).exists():
        raise NothingLeft
    if not mine.filter(due.not_held(time.now())).exists():
        raise Held
    if what == What.WORDS and not mine.filter(due.ended()).exists():
        raise StillOpen
    _erase(report, what, run=None)
    write(
        actor=actor,
        action="retention.asked",
        subject=letters.subject(report.submission),
        data={"what": what},
    )


def _locked(report_id: int) -> Report:
    """The letter, with its case locked against a hold that begins at the same moment."""
    report = Report.objects.select_related("submission").get(pk=report_id)
    cases = [report.case_id, report.own_case_id or report.case_id]
    list(CaseFile.objects.select_for_update().filter(pk__in=cases).order_by("pk").values("pk"))
    return report


def _erase_parts(letter: Report, run: Run | None) -> None:
    """What the desk wrote out of a letter goes with it."""
    rows = Report.objects.filter(part__letter=letter, submission__words_erased_at=None)
    for each in list(rows.order_by("case_id").values_list("pk", flat=True)):
        _erase(_locked(each), What.WORDS, run=run)


def _erase(report: Report, what: str, *, run: Run | None) -> None:
    if what == What.CONTACT:
        entry = erase_contact(actor=SYSTEM, submission=report.submission)
    else:
        forget_own_words(actor=SYSTEM, submission=report.submission)
        entry = erase_words(actor=SYSTEM, report=report)
        forget_typed(actor=SYSTEM, report=report)
        forget_matters(actor=SYSTEM, report=report)
        forget_sessions(actor=SYSTEM, report=report)
        _erase_parts(report, run)
    if not entry:
        raise NothingLeft
    Erased.objects.create(
        run=run,
        case_id=report.case_id,
        submission_label=report.submission.label,
        what=what,
        at=time.now(),
        entry_id=entry,
    )
