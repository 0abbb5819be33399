"""The harm facts as a form asks for them, and why a case is urgent in words."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework.urgency.why import Why, WhyLine
from huiying.harm.facts import BY_CODE, DANGER, FACTS, LEGAL_DATE, PEOPLE, Level
from huiying.kernel.days import day_in_words

ASKED_APART = {DANGER, LEGAL_DATE, *PEOPLE}
TONES = {Level.NOW: "danger", Level.FIRST: "warning", Level.SOON: "info", Level.USUAL: "plain"}


class HarmFields(forms.Form):
    """The facts beside danger, which stands first in each form; a day is the fact that there is one."""

    harm = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("What of this is so?"),
        choices=[(fact.code, fact.said) for fact in FACTS if fact.code not in ASKED_APART],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list.")},
    )
    people = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How many people does it reach?"),
        choices=[
            ("", gettext_lazy("Fewer than 10, or I do not know")),
            *((code, BY_CODE[code].said) for code in PEOPLE),
        ],
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )
    legal_date = forms.DateField(
        required=False,
        label=gettext_lazy("By law something is lost or due on a certain day: on which?"),
        help_text=gettext_lazy("For example, when a right to object ends. Else leave it empty."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Choose a day.")},
    )

    def facts(self) -> tuple[str, ...]:
        """The codes of all that is ticked here."""
        given = self.cleaned_data
        found = [*given["harm"], given["people"], LEGAL_DATE if given["legal_date"] else ""]
        return tuple(code for code in found if code)

    @property
    def says_harm(self) -> bool:
        """True where something is ticked, or there is something to mend."""
        bound = [self[name] for name in ("harm", "people", "legal_date")]
        return any(each.value() or each.errors for each in bound)


def fields_for(facts: Collection[str]) -> dict[str, Any]:
    """What `harm` and `people` show where these facts hold."""
    people = [code for code in PEOPLE if code in facts]
    return {
        "harm": [code for code in facts if code not in ASKED_APART],
        "people": people[-1] if people else "",
    }


@dataclass(frozen=True, slots=True)
class UrgencyShown:
    """How urgent, in a chip; `lines` are (fact, who says so and why, whether it holds)."""

    level: str | Promise
    tone: str
    lines: tuple[tuple[str, str, bool], ...]


def urgency_shown(why: Why, *, own: bool = False) -> UrgencyShown:
    """`own`: said to the writer of the letter."""
    day = day_in_words(why.need.by) if why.need.by else ""
    return UrgencyShown(
        why.need.level.label,
        TONES[why.need.level],
        tuple(_line(line, day, own=own) for line in why.lines),
    )


def _line(line: WhyLine, day: str, *, own: bool) -> tuple[str, str, bool]:
    said = str(line.fact.said)
    if line.fact.code == LEGAL_DATE and day:
        said = _("%(fact)s: %(day)s") % {"fact": said, "day": day}
    notes = []
    if line.by_writer:
        notes.append(_("You said so.") if own else _("The writer said so."))
    if line.decided is not None:
        word = _("Our desk says so.") if line.decided.holds else _("Our desk says it is not so.")
        notes += [word, line.decided.reason]
    if not line.by_writer and line.decided is None:
        notes.append(_("Said in another letter about the same."))
    return said, " ".join(note for note in notes if note), line.holds
