"""What a writer did on their own letter, in sentences for them; and what a clerk did for them.

Words that a clerk typed are known by their author; the rest by entries that say by which way (`via`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework import story
from huiying.casework.models import Report
from huiying.casework.tellers.words import way
from huiying.intake.helping import HelperLine, label_of
from huiying.intake.letters import subject
from huiying.intake.models import Message
from huiying.intake.reads import MessageLine
from huiying.kernel.actors import Actor
from huiying.record.reads import Said, entries_about

OPENED = "submission.opened_by_caller"
OPENED_BY_HELPER = "submission.opened_by_helper"
CODE_SENT = "submission.code_sent"
CHANGED_WAY = "contact.changed"
OWN_WORDS = {
    "own_words.shown": gettext_lazy("You let your own words stand beside the published answer."),
    "own_words.taken_back": gettext_lazy("Your own words no longer stand beside the answer."),
    "own_words.set_aside": gettext_lazy("We took your own words from view beside the answer."),
    "own_words.put_back": gettext_lazy("Your own words stand beside the answer again."),
}

BY_CLERK = OWN_WORDS | {
    "own_words.shown": gettext_lazy(
        "A clerk read out to you what everybody would read; you let your own words stand beside the "
        "published answer."
    ),
    "own_words.taken_back": gettext_lazy(
        "You told a clerk that your own words shall not stand beside the answer any more."
    ),
}


def own_events(
    report: Report, exchange: list[MessageLine], helpers: Sequence[HelperLine] = ()
) -> list[story.Event]:
    """What this letter's writer did, and a clerk or a helper for them, in no order. One query."""
    said = entries_about([subject(report.submission)])
    through = [entry for entry in said if (entry.data or {}).get("via")]
    done = {entry.action for entry in through}
    found = [_added(line, helpers) for line in exchange if line.from_resident]
    found += [event for line in helpers for event in _helping(line)]
    found += [
        story.Event(entry.at, _opened_by(entry, helpers), "info")
        for entry in said
        if entry.action in (OPENED, OPENED_BY_HELPER) and helper_in(entry)
    ]
    found += [
        story.Event(entry.at, _("You changed how you want to hear from us."))
        for entry in said
        if entry.action == CHANGED_WAY and entry not in through
    ]
    found += [
        story.Event(
            entry.at, str((BY_CLERK if entry in through else OWN_WORDS)[entry.action]), "info"
        )
        for entry in said
        if entry.action in OWN_WORDS
    ]
    found += [event for entry in through if (event := _by_clerk(entry))]
    if report.voted_at is not None:
        found.append(_verdict(report, report.voted_at, said, helpers))
    if report.ended_at is not None:
        found.append(_withdrawn(report.ended_at, by_clerk="submission.withdrawn" in done))
    return found


def helper_in(entry: Said) -> str:
    """The label of the helper who did this, themselves or through a clerk; empty for anybody else."""
    return label_of(Actor(entry.actor, spoken_by=str((entry.data or {}).get("spoken_by", ""))))


def helper_named(label: str, helpers: Sequence[HelperLine]) -> str:
    """A helper by what they are to the writer."""
    relation = next((line.relation for line in helpers if line.label == label), "")
    return (
        _("Your helper (%(relation)s)") % {"relation": relation} if relation else _("Your helper")
    )


def _helping(line: HelperLine) -> list[story.Event]:
    words = {"relation": line.relation, "consent": line.consent}
    told = _("Somebody may help you with this letter: %(relation)s. Agreed: %(consent)s.")
    found = [story.Event(line.begun_at, told % words, "info")]
    if line.ended_at is not None:
        told = _("They help you no longer with this letter: %(relation)s.")
        found.append(story.Event(line.ended_at, told % words, "info"))
    return found


def _opened_by(entry: Said, helpers: Sequence[HelperLine]) -> str:
    words = {"who": helper_named(helper_in(entry), helpers)}
    if (entry.data or {}).get("via"):
        return _("%(who)s had your letter opened by a clerk.") % words
    return _("%(who)s opened your letter.") % words


def _added(line: MessageLine, helpers: Sequence[HelperLine]) -> story.Event:
    if line.helper:
        return story.Event(line.at, _added_for(line, helper_named(line.helper, helpers)))
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


def _added_for(line: MessageLine, who: str) -> str:
    if line.kind == Message.Kind.ANSWER:
        return _("%(who)s answered the question.") % {"who": who}
    if line.kind == Message.Kind.REOPENING:
        return _("%(who)s had it taken up again and said what is still wrong.") % {"who": who}
    return _("%(who)s added to your letter.") % {"who": who}


def _by_clerk(entry: Said) -> story.Event | None:
    if helper_in(entry):
        return None
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


def _verdict(
    report: Report, at: datetime, said: list[Said], helpers: Sequence[HelperLine]
) -> story.Event:
    words = {"verdict": report.get_vote_display()}
    votes = [entry for entry in said if entry.action == "report.vote"]
    helper = helper_in(votes[-1]) if votes else ""
    if helper:
        words["who"] = helper_named(helper, helpers)
        return story.Event(at, _("%(who)s told us: %(verdict)s.") % words)
    if votes and (votes[-1].data or {}).get("via"):
        return story.Event(at, _("You told us, through a clerk: %(verdict)s.") % words)
    return story.Event(at, _("You told us: %(verdict)s.") % words)


def _withdrawn(at: datetime, *, by_clerk: bool) -> story.Event:
    if by_clerk:
        return story.Event(at, _("You withdrew your letter, through a clerk."), "warning")
    return story.Event(at, _("You withdrew your letter."), "warning")
