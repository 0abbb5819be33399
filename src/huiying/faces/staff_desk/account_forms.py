"""The forms of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_PASSWORD = 1000


def password_field(label: Any, autocomplete: str) -> forms.CharField:
    """A field for a password; `autocomplete` is the word by which browsers know which one."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class PasswordForm(forms.Form):
    current = password_field(gettext_lazy("The password you have now"), "current-password")
    password = password_field(gettext_lazy("New password"), "new-password")
    again = password_field(gettext_lazy("New password once more"), "new-password")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("password") != said.get("again") and "again" in said:
            self.add_error("again", _("The two new passwords differ."))
        return said


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
