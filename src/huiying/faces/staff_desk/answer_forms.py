"""The forms with which answers are written, checked and put right."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.agencies.reads import UnitChoice
from huiying.kernel.names import localized
from huiying.replies.actions.standards import StandardText
from huiying.replies.states import Audience
from huiying.replies.words import LONGEST, OUTCOMES, Words
from huiying.routing.reads import CategoryGroup

CHOOSE = _("Choose…")
OUTCOME_CHOICES = [("", _("Not yet said")), *((each.value, each.label) for each in OUTCOMES)]


class Prose(forms.CharField):
    """Words as they were typed, with one kind of line end."""

    def __init__(self, *, most: int, rows: int = 0, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        options.setdefault("required", False)
        super().__init__(max_length=most, strip=False, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class TextForm(forms.Form):
    """The words of an answer; a draft may leave any of them empty."""

    title = Prose(
        most=LONGEST["title"],
        label=_("Title"),
        help_text=_("As it will stand in the list of answers."),
    )
    question = Prose(
        most=LONGEST["question"],
        rows=4,
        label=_("What was asked"),
        help_text=_(
            "Your own summary. Leave out names, numbers, addresses: whatever says who wrote."
        ),
    )
    text = Prose(
        most=LONGEST["text"],
        rows=14,
        label=_("The answer"),
        help_text=_("First what was done or will be done and by when; then why. Plain words."),
    )

    def words(self) -> Words:
        """What was typed; result and readers are empty where the form does not ask for them."""
        given = self.cleaned_data
        return Words(
            given["title"],
            given["question"],
            given["text"],
            given.get("outcome", ""),
            given.get("audience") or Audience.PRIVATE,
        )


class AnswerForm(TextForm):
    """The answer to a case. `label` and `seen` name the version on which the person worked."""

    outcome = forms.ChoiceField(required=False, label=_("Result"), choices=OUTCOME_CHOICES)
    audience = forms.ChoiceField(
        required=False,
        label=_("Who is to read it"),
        widget=forms.RadioSelect,
        choices=Audience.choices,
    )
    label = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, why_private: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if why_private:
            audience = self.fields["audience"]
            assert isinstance(audience, forms.ChoiceField)  # noqa: S101 - for the type checker
            audience.choices = [(Audience.PRIVATE, Audience.PRIVATE.label)]
            audience.help_text = why_private


class CorrectionTextForm(TextForm):
    """A correction in the making; result and readers stay as they were."""

    label = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why; the sentence is shown to whom it concerns."""

    reason = Prose(most=LONGEST["reason"], rows=3, label=_("Why"))

    def __init__(self, *args: Any, hint: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["reason"].help_text = hint


class BecauseForm(forms.Form):
    """Why an answer goes out without a signature that was asked for."""

    because = Prose(
        most=LONGEST["reason"],
        rows=3,
        label=_("Why it goes out without the signature"),
        help_text=_("The units and the supervisor read this."),
    )


class CorrectionForm(CorrectionTextForm):
    """The beginning of a correction."""

    reason = Prose(
        most=LONGEST["reason"],
        rows=3,
        label=_("Why it is corrected"),
        help_text=_("Everybody who reads the answer reads this too."),
    )
    hides_earlier = forms.BooleanField(
        required=False,
        label=_("The earlier text holds personal data: do not show it any more"),
    )


class WithdrawalForm(ReasonForm):
    """Taking back what was said."""

    hide_text = forms.BooleanField(
        required=False, label=_("It holds personal data: do not show the text any more")
    )


class StandardForm(forms.Form):
    """A standard answer in each language of the site; one language is enough."""

    unit_code = forms.ChoiceField(label=_("Which unit stands behind it"))
    category_code = forms.ChoiceField(label=_("What it is about"))
    outcome = forms.ChoiceField(label=_("Result"), choices=OUTCOME_CHOICES)
    expires_on = forms.DateField(
        label=_("To be used until"),
        help_text=_("Then somebody looks at it again."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, *args: Any, units: Sequence[UnitChoice], groups: Sequence[CategoryGroup], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        for name, choices in (
            ("unit_code", _unit_lines(units)),
            ("category_code", _leaves(groups)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices
        for code, language in settings.LANGUAGES:
            for name, label, rows in (
                ("title", _("Title"), 0),
                ("question", _("What was asked"), 3),
                ("text", _("The answer"), 8),
            ):
                labelled = f"{label} ({language})"
                self.fields[f"{name}_{code}"] = Prose(most=LONGEST[name], rows=rows, label=labelled)

    def text(self) -> StandardText:
        title, question, text = (
            {
                code: self.cleaned_data[f"{name}_{code}"].strip()
                for code, _language in settings.LANGUAGES
                if self.cleaned_data[f"{name}_{code}"].strip()
            }
            for name in ("title", "question", "text")
        )
        return StandardText(title, question, text, self.cleaned_data["outcome"])

    def expires(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        return day


class RenewForm(forms.Form):
    """Until when a standard answer, read again, may be used."""

    expires_on = forms.DateField()


def _unit_lines(units: Sequence[UnitChoice]) -> list[tuple[str, str]]:
    above: list[str] = []
    lines = [("", str(CHOOSE))]
    for unit in units:
        above = [*above[: max(unit.depth - 1, 0)], localized(unit.name)]
        lines.append((unit.code, " › ".join(above)))
    return lines


def _leaves(groups: Sequence[CategoryGroup]) -> list[tuple[str, Any]]:
    return [("", CHOOSE)] + [
        (localized(group.name), [(leaf.code, localized(leaf.name)) for leaf in group.leaves])
        for group in groups
    ]
