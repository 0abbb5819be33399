"""The forms with which two people set the rules of erasure, and hold it."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Refusal

AFTER_CLOSING = _("Months after the case was closed. Empty: not erased by rule.")


def _length(label: Any, hint: Any = AFTER_CLOSING) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        help_text=hint,
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
    contact_months = _length(_("How to reach the writer"))
    contact_basis = _basis(_("Legal basis for that"))
    words_months = _length(_("The words of letter and exchange, and files"))
    words_basis = _basis(_("Legal basis for these"))
    search_days = _length(
        _("What was searched for at the desk"),
        _("Days after the search. Empty: not erased by rule."),
    )
    search_basis = _basis(_("Legal basis for the words of searches"))


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
