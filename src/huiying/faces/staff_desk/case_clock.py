"""What stands beside the clock of a case."""

from django.utils.translation import gettext as _

from huiying.casework.extensions import granted_in, waiting
from huiying.casework.reads import CaseShown
from huiying.faces.look import dates
from huiying.intake.reads import told_since


def clock_notes(shown: CaseShown) -> list[str]:
    """Its pause, its round, what was granted, and whether its lateness was explained."""
    notes = []
    if shown.clock.paused and shown.waiting_until:
        day = dates.at_time(shown.waiting_until)
        notes.append(
            _("It stands still while the writer is asked, until %(day)s at most.") % {"day": day}
        )
    if shown.round > 1:
        notes.append(
            _("Reopened: this is round %(round)d; the earlier ones stay on record.")
            % {"round": shown.round}
        )
    notes += _more_time(shown)
    if _unexplained(shown):
        notes.append(_("Late, and the writer was not told why. Tell them how it stands."))
    notes.append(_("The writer sees the same date."))
    return notes


def _more_time(shown: CaseShown) -> list[str]:
    """What was granted in this round, and what somebody still asks for."""
    found = []
    for line in granted_in(shown.more_time, shown.round):
        words = {"when": dates.at_time(line.until), "reason": line.reason}
        if line.late:
            said = _(
                "Late already when more time was granted; told to the writer: %(when)s. %(reason)s"
            )
        else:
            said = _("Extended until %(when)s. %(reason)s")
        found.append(said % words)
    asked = waiting(shown.more_time, shown.case)
    if asked is not None:
        words = {"when": dates.at_time(asked.until), "reason": asked.reason}
        found.append(_("The unit asks for time until %(when)s: %(reason)s") % words)
    return found


def _unexplained(shown: CaseShown) -> bool:
    """Late, with a writer who still waits and heard no reason: by more time, or by word of how it stands."""
    clock = shown.clock
    if not clock.late or clock.ended_at is not None or granted_in(shown.more_time, shown.round):
        return False
    waits = [each for each in shown.letters if not each.delivered_at and not each.withdrawn_at]
    return any(not told_since(each.exchange, clock.due_at) for each in waits)
