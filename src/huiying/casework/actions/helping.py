"""The writer's verbs on who helps them: on their page, or through a clerk who is with them."""

from huiying.casework.following import followed_report, own_report
from huiying.casework.models import Report
from huiying.casework.own_acts import OPENED_BY_HELPER
from huiying.casework.telling import tell
from huiying.intake import letters
from huiying.intake.actions.helping import begin_help, end_help
from huiying.intake.helping import pass_of
from huiying.intake.receipts import HelperPass
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import write


@verb
def let_help(*, actor: Actor, relation: str, form_key: str = "") -> HelperPass:
    """Let somebody help with one's letter; the writer is told by the way that they chose.

    Safe to send again: the same form gives what it gave first, while that helper helps.
    """
    report = own_report(actor)
    helper, again = begin_help(
        actor=actor, submission=report.submission, relation=relation, form_key=form_key
    )
    if not again:
        tell(Report.objects.filter(pk=report.pk), kind="helper")
    return pass_of(helper)


@verb
def end_helping(*, actor: Actor, label: str) -> None:
    """Let them help no longer, at once; nothing happens where it was ended before."""
    end_help(actor=actor, submission=own_report(actor).submission, label=label)


@verb
def note_opening_by_helper(*, actor: Actor) -> None:
    """Keep that a helper opened the letter on its page; the writer reads it there."""
    submission = followed_report(actor).submission
    letters.require_follower(actor, submission)
    write(actor=actor, action=OPENED_BY_HELPER, subject=letters.subject(submission))
