"""The resident's verbs, each on their own letter alone; some of them a helper may do for them."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.actions.joining import take_out
from huiying.casework.errors import NotAnswered, NotWaiting, WindowClosed, WrongState
from huiying.casework.following import followed_report, own_report, part_open, reopen_until
from huiying.casework.joined import others_are_content, was_asked
from huiying.casework.models import Assignment, CaseFile, Report, Verdict
from huiying.casework.splitting.letters import as_part, parts_of
from huiying.casework.states import OPEN, Outcome, State, Vote
from huiying.casework.stepping import check_seen, take_step
from huiying.casework.words import required
from huiying.intake import letters
from huiying.intake.actions import writing
from huiying.intake.actions.enclosing import attach
from huiying.intake.actions.revealing import change_contact
from huiying.intake.models import Message
from huiying.intake.uploads import Upload, form_key_with
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn
from huiying.kernel.verbs import verb
from huiying.notices.actions import follow_new_way
from huiying.record.actions import write
from huiying.routing.reads import due_at


def _acting_report(actor: Actor) -> Report:
    """The report of the letter that this actor wrote or helps with, while they do."""
    report = followed_report(actor)
    letters.require_follower(actor, report.submission)
    return report


@verb
def add_words(*, actor: Actor, text: str, form_key: str = "", files: Sequence[Upload] = ()) -> None:
    """Add to one's letter, with files that wait for it, at any time until it is withdrawn."""
    report = _acting_report(actor)
    message = writing.add_message(
        actor=actor,
        submission=report.submission,
        kind=Message.Kind.WORDS,
        text=text,
        form_key=form_key_with(form_key, files),
    )
    attach(actor=actor, submission=report.submission, files=files, message=message)


@verb
def change_way(*, actor: Actor, hears_by: str, contact: dict[str, str]) -> None:
    """Hear from the desk in another way from now on; what is still to be sent, or to be posted or called
    by a clerk, goes this way too.
    """
    report = own_report(actor)
    change_contact(actor=actor, submission=report.submission, hears_by=hears_by, contact=contact)
    follow_new_way(actor=actor, recipient=letters.subject(report.submission), way=hears_by)


@verb
def answer_question(
    *, actor: Actor, text: str, form_key: str = "", files: Sequence[Upload] = ()
) -> None:
    """Answer what the unit asked; the clock runs again from this moment.

    Raises NotWaiting where the unit has gone on without it.
    """
    report = _acting_report(actor)
    if not was_asked(report):
        raise NotWaiting
    message = writing.add_message(
        actor=actor,
        submission=report.submission,
        kind=Message.Kind.ANSWER,
        text=text,
        form_key=form_key_with(form_key, files),
    )
    attach(actor=actor, submission=report.submission, files=files, message=message)
    take_step(report.case, actor=actor, verb="resume")


@verb
def withdraw(*, actor: Actor, pressed: bool | None = None) -> None:
    """End one's own letter; the case ends with its last. It stays in every figure.

    `pressed` (did anyone press you to?) is kept for the desk's supervisor alone.
    """
    report = own_report(actor)
    # Two writers of one case who withdraw at once: each must see that the other has.
    case = CaseFile.objects.select_for_update().get(pk=report.case_id)
    if not Report.objects.filter(pk=report.pk, case=case).exists():
        raise MovedOn
    if case.state == State.SPLIT:
        _withdraw_parts(actor, report, pressed)
    elif case.state not in OPEN:
        raise WrongState(
            _(
                "This has just been answered, so it cannot be withdrawn. Tell us what you think of it."
            )
        )
    ended = writing.withdraw_submission(actor=actor, submission=report.submission)
    Report.objects.filter(pk=report.pk).update(ended_at=ended, pressed=pressed)
    others = Report.objects.filter(case=case, ended_at=None).exclude(pk=report.pk)
    if others.exists():
        return
    take_step(
        case,
        actor=actor,
        verb="withdraw",
        data={"outcome": Outcome.WITHDRAWN},
        columns={"outcome": Outcome.WITHDRAWN, "closed_at": ended},
    )
    Assignment.objects.filter(case=case, ended_at=None).update(ended_at=ended)


def _withdraw_parts(actor: Actor, report: Report, pressed: bool | None) -> None:
    """End what somebody still works on of a letter that was split; what is answered stays."""
    if not part_open(report):
        raise WrongState(_("Every part of this letter has been answered. Tell us what you think."))
    for part in parts_of(report.pk):
        if part.report.ended_at is None and part.report.case.state in OPEN:
            withdraw(actor=as_part(actor, part), pressed=pressed)


@verb
def vote(*, actor: Actor, verdict: str) -> None:
    """Say whether the problem is solved; it can be said again, and the last word counts."""
    report = _acting_report(actor)
    if verdict not in Vote.values:
        raise Invalid(_("Choose one of the answers."), field="verdict")
    if report.delivered_at is None or report.ended_at is not None:
        raise NotAnswered
    delivered = Report.objects.filter(pk=report.pk, delivered_at=report.delivered_at, ended_at=None)
    now = time.now()
    if not delivered.update(vote=verdict, voted_at=now):
        raise NotAnswered
    Verdict.objects.create(report=report, at=now, vote=verdict)
    write(
        actor=actor,
        action="report.vote",
        subject=letters.subject(report.submission),
        data={"vote": verdict},
    )


def _again(case: CaseFile, *, actor: Actor, words: str, by: Report | None = None) -> None:
    """A new round with a new clock; the first round's lateness stays in its moves.

    Where the writer of the letter `by` asks for it, others to whom it is solved keep answer and verdict.
    """
    now = time.now()
    due = due_at(now, case.category, need=case.need, channel=case.channel)
    take_step(
        case,
        actor=actor,
        verb="reopen",
        data={"words": words, "due_at": due.isoformat()},
        columns={
            "round": case.round + 1,
            "moved_at": now,  # the clock is reckoned anew from here when a calendar changes
            "due_at": due,
            "outcome": "",
            "answered_at": None,
            "closed_at": None,
            "paused": timedelta(),
            "pauses": [],
        },
    )
    again = Report.objects.filter(case=case, ended_at=None)
    if by is not None:
        again = again.exclude(~Q(pk=by.pk), vote=Vote.SOLVED)
    again.update(
        due_at=due,
        again_at=now,
        paused=timedelta(),
        pauses=[],
        delivered_at=None,
        vote="",
        voted_at=None,
    )


@verb
def reopen_own(*, actor: Actor, text: str, form_key: str = "") -> None:
    """Reopen as of right within the window, saying what is still wrong.

    A letter that was joined to another case comes out of it where the others are content.
    """
    report = _acting_report(actor)
    said = required(text, "text", most=letters.LONGEST_BODY)
    until = reopen_until(report)
    if until is None:
        raise NotAnswered
    if time.now() > until:
        raise WindowClosed
    if report.own_case_id is not None and others_are_content(report):
        take_out(report, actor=actor)
    else:
        _again(report.case, actor=actor, words="", by=report)
    writing.add_message(
        actor=actor,
        submission=report.submission,
        kind=Message.Kind.REOPENING,
        text=said,
        form_key=form_key,
    )


@verb
def reopen(*, actor: Actor, number: int, seen: int | None = None, words: str) -> CaseFile:
    """A supervisor reopens, at any time, with a reason."""
    case = policy.find(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "reopen", case)
    _again(case, actor=actor, words=required(words, "words"))
    return case
