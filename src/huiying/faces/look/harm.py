"""The harm facts as a form asks for them, and why a case is urgent in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework.urgency.why import Why, WhyLine
from huiying.harm.facts import DANGER, LEGAL_DATE, PEOPLE, Level, in_order, offered, withdrawn
from huiying.kernel.days import day_in_words

ASKED_APART = {DANGER, LEGAL_DATE, *PEOPLE}
TONES = {Level.NOW: "danger", Level.FIRST: "warning", Level.SOON: "info", Level.USUAL: "plain"}


type Choices = list[tuple[str, str | Promise]]


def _may_be_said(held: Iterable[str]) -> set[str]:
    """The facts that are offered, and withdrawn ones among `held`, which may stay."""
    return {fact.code for fact in offered()} | ({fact.code for fact in withdrawn()} & {*held})


def _ticks(held: Iterable[str] = ()) -> Choices:
    return [(fact.code, fact.said) for fact in in_order(_may_be_said(held) - ASKED_APART)]


def _numbers(held: Iterable[str] = ()) -> Choices:
    facts = in_order(_may_be_said(held) & {*PEOPLE})
    none = gettext_lazy("Fewer than 10, or I do not know")
    return [("", none), *((fact.code, fact.said) for fact in facts)]


class HarmFields(forms.Form):
    """The facts beside danger, which stands first in each form; a day is the fact that there is one."""

    harm = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("What of this is so?"),
        choices=_ticks,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list.")},
    )
    people = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How many people does it reach?"),
        choices=_numbers,
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )
    legal_date = forms.DateField(
        required=False,
        label=gettext_lazy("By law something is lost or due on a certain day: on which?"),
        help_text=gettext_lazy("For example, when a right to object ends. Else leave it empty."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Choose a day.")},
    )

    def keep(self, held: Collection[str]) -> None:
        """Offer withdrawn facts too that hold already."""
        for name, choices in (("harm", _ticks(held)), ("people", _numbers(held))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices

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
    if line.brought or (not line.by_writer and line.decided is None):
        notes.append(_("Said in another letter about the same."))
    return said, " ".join(note for note in notes if note), line.holds
