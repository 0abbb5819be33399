"""One letter of the case page in words: where it is, what was said of it, and what its writer thinks."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework.case_letters import ExchangeLine, LetterShown
from huiying.casework.reads import CaseShown
from huiying.casework.states import Vote
from huiying.faces.look import dates
from huiying.faces.look.files import files_shown
from huiying.faces.staff_desk.letter_files import address_of_file
from huiying.faces.staff_desk.pages import LetterPart, Note
from huiying.intake.models import Message
from huiying.intake.states import Channel, Wish
from huiying.kernel.names import localized
from huiying.notices.states import Way

WRITER_SAID: dict[str, str | Promise] = {
    Message.Kind.ANSWER: gettext_lazy("The writer, answering"),
    Message.Kind.REOPENING: gettext_lazy("The writer, reopening"),
}


def channel_in_words(code: str) -> str:
    return str(dict(Channel.choices).get(code, code))


def _contact_url(shown: CaseShown, letter: LetterShown) -> str:
    """Where a clerk says why they need the writer's contact; empty for everybody else."""
    if not (shown.may_reveal and letter.reachable):
        return ""
    return reverse("staff_desk:case_contact", args=[shown.number, letter.report_id])


def _apart_url(shown: CaseShown, letter: LetterShown) -> str:
    """Where the case with which the letter came is taken apart again, for who may."""
    if not (letter.own_number and shown.may_join):
        return ""
    return reverse("staff_desk:case_unjoin", args=[letter.own_number])


def _heading(letter: LetterShown, number: int) -> str:
    if letter.part:
        return _("A part of a letter, in the desk's words")
    return _("Letter %(number)d") % {"number": number} if number else _("The letter")


def _located(letter: LetterShown) -> str:
    """Where it is, with the point in degrees where the letter came with one."""
    if letter.point is None:
        return letter.place
    return " · ".join(filter(None, (letter.place, "{:.5f}, {:.5f}".format(*letter.point))))


def letter_part(shown: CaseShown, letter: LetterShown, number: int) -> LetterPart:
    heading = _heading(letter, number)
    notes = [
        Note(
            line.at,
            line.from_resident,
            line.text,
            said_by(line),
        )
        for line in letter.exchange
    ]
    return LetterPart(
        heading=heading,
        title=letter.title if letter.title != shown.title else "",
        text=letter.body,
        place=_located(letter),
        channel=channel_in_words(letter.channel),
        at=letter.received_at,
        notes=notes,
        said=_verdict(letter),
        pressed=_pressed(letter.pressed),
        files=files_shown(letter.files, address_of_file),
        contact_url=_contact_url(shown, letter),
        own_number=letter.own_number,
        apart_url=_apart_url(shown, letter),
        apart_seen=letter.own_version,
        whole_url=reverse("staff_desk:case", args=[letter.whole_number])
        if letter.whole_number
        else "",
    )


def said_by(line: ExchangeLine) -> str:
    """Whose words these are, for staff: a question is that of the unit that asked it."""
    if line.by_helper:
        return _("A helper of the writer")
    if line.from_resident:
        return str(WRITER_SAID.get(line.kind, _("The writer")))
    if line.kind == Message.Kind.QUESTION and line.unit:
        return _("%(unit)s, asking") % {"unit": localized(line.unit)}
    if line.kind == Message.Kind.INTERIM:
        return _("The unit, telling how it stands")
    return _("The desk")


def _verdict(letter: LetterShown) -> list[str]:
    public = letter.wish == Wish.PUBLIC
    said = [
        _("The answer may be published.") if public else _("The answer goes to the writer alone.")
    ]
    if letter.withdrawn_at:
        day = dates.at_time(letter.withdrawn_at)
        said.append(_("The writer withdrew the letter on %(day)s.") % {"day": day})
    elif letter.vote:
        verdict = str(dict(Vote.choices).get(letter.vote, ""))
        said.append(_("The writer says: %(verdict)s.") % {"verdict": verdict})
    elif letter.delivered_at:
        said.append(_("The writer has not said yet whether it is solved."))
    if letter.part:
        said.insert(
            0,
            _(
                "A part of a letter with several matters, in the desk's words. Its writer reads them too."
            ),
        )
    if letter.hears_by in Way.values:
        said.append(_("Hears from us: %(way)s.") % {"way": Way(letter.hears_by).label})
    said += [f"{line.what}: {line.how}, {dates.at_time(line.at)}" for line in letter.sent]
    return said


def _pressed(pressed: bool | None) -> str:
    if pressed is None:
        return ""
    if pressed:
        return _("The writer says that somebody pressed them to withdraw. Only you see this.")
    return _("Asked whether anybody pressed them, the writer said no. Only you see this.")
