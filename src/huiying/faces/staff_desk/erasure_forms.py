"""The forms with which two people set the rules of erasure, and hold it."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Refusal


def _months(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        help_text=_("Months after the case was closed. Empty: not erased by rule."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def _basis(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=1000,
        help_text=_("The law or order that says so, with its article."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RefusableForm(forms.Form):
    def refuse(self, refusal: Refusal) -> None:
        """Show why it was not done at the field that it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class RulesForm(RefusableForm):
    contact_months = _months(_("How to reach the writer"))
    contact_basis = _basis(_("Legal basis for that"))
    words_months = _months(_("The words of letter and exchange, and files"))
    words_basis = _basis(_("Legal basis for these"))


class HoldForm(RefusableForm):
    reason = forms.CharField(
        label=_("Why must nothing be erased?"),
        help_text=_("The writer reads it word for word."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label=_("Until and with which day?"),
        help_text=_("Within six months. It then ends by itself."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def end(self) -> datetime:
        """The end of that day, here."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))
