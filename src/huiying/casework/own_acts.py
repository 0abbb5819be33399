"""What a writer did on their own letter, in sentences for them; and what a clerk did for them.

Words that a clerk typed are known by their author; the rest by entries that say by which way (`via`).
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework import story
from huiying.casework.models import Report
from huiying.casework.tellers import way
from huiying.intake.letters import subject
from huiying.intake.models import Message
from huiying.intake.reads import MessageLine
from huiying.record.reads import Said, entries_about

OPENED = "submission.opened_by_caller"
CODE_SENT = "submission.code_sent"
CHANGED_WAY = "contact.changed"
OWN_WORDS = {
    "own_words.shown": gettext_lazy("You let your own words stand beside the published answer."),
    "own_words.taken_back": gettext_lazy("Your own words no longer stand beside the answer."),
    "own_words.set_aside": gettext_lazy("We took your own words from view beside the answer."),
    "own_words.put_back": gettext_lazy("Your own words stand beside the answer again."),
}


def own_events(report: Report, exchange: list[MessageLine]) -> list[story.Event]:
    """What this letter's writer did, and a clerk for them, in no order. One query."""
    said = entries_about([subject(report.submission)])
    through = [entry for entry in said if (entry.data or {}).get("via")]
    done = {entry.action for entry in through}
    found = [_added(line) for line in exchange if line.from_resident]
    found += [
        story.Event(entry.at, _("You changed how you want to hear from us."))
        for entry in said
        if entry.action == CHANGED_WAY and entry not in through
    ]
    found += [
        story.Event(entry.at, str(OWN_WORDS[entry.action]), "info")
        for entry in said
        if entry.action in OWN_WORDS
    ]
    found += [event for entry in through if (event := _by_clerk(entry))]
    if report.voted_at is not None:
        found.append(_verdict(report, report.voted_at, said))
    if report.ended_at is not None:
        found.append(_withdrawn(report.ended_at, by_clerk="submission.withdrawn" in done))
    return found


def _added(line: MessageLine) -> story.Event:
    if line.kind == Message.Kind.ANSWER:
        own = _("You answered the question.")
        typed = _("You answered the question through a clerk, who typed what you said.")
    elif line.kind == Message.Kind.REOPENING:
        own = _("You had it taken up again and said what is still wrong.")
        typed = _("You had it taken up again through a clerk, who typed what is still wrong.")
    else:
        own = _("You added to your letter.")
        typed = _("You added to your letter through a clerk, who typed it.")
    return story.Event(line.at, typed if line.by_clerk else own)


def _by_clerk(entry: Said) -> story.Event | None:
    words = {"way": way((entry.data or {}).get("via", ""))}
    if entry.action == OPENED:
        told = _("A clerk opened your letter with your PIN, while you were with them (%(way)s).")
        return story.Event(entry.at, told % words, "info")
    if entry.action == CHANGED_WAY:
        return story.Event(
            entry.at, _("You changed how you want to hear from us, through a clerk.")
        )
    if entry.action == CODE_SENT:
        told = _(
            "Somebody told a clerk that they had lost the code of this letter (%(way)s). If you are "
            "reached by e-mail or text message, code and PIN were sent there; the clerk saw none of them."
        )
        return story.Event(entry.at, told % words, "info")
    return None


def _verdict(report: Report, at: datetime, said: list[Said]) -> story.Event:
    words = {"verdict": report.get_vote_display()}
    votes = [entry for entry in said if entry.action == "report.vote"]
    if votes and (votes[-1].data or {}).get("via"):
        return story.Event(at, _("You told us, through a clerk: %(verdict)s.") % words)
    return story.Event(at, _("You told us: %(verdict)s.") % words)


def _withdrawn(at: datetime, *, by_clerk: bool) -> story.Event:
    if by_clerk:
        return story.Event(at, _("You withdrew your letter, through a clerk."), "warning")
    return story.Event(at, _("You withdrew your letter."), "warning")
