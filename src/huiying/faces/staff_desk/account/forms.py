"""The forms of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.accounts.models import How

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


class KeysForm(forms.Form):
    single_keys = forms.BooleanField(
        required=False,
        label=gettext_lazy("Single keys are shortcuts"),
        help_text=gettext_lazy(
            "For example j and k in a list, or w on the call screen. Switch it off if a voice or "
            "another device types for you."
        ),
    )


HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
NO_HOUR = ("", gettext_lazy("No quiet hours"))


class NoticesForm(forms.Form):
    """Which notices one gets, and when."""

    co_sign = forms.ChoiceField(
        label=gettext_lazy("When an answer waits for a signature, or gets one"), choices=How.choices
    )
    clock = forms.ChoiceField(
        label=gettext_lazy("When the time of a case runs down, or a report on it is asked for"),
        choices=How.choices,
    )
    duty = forms.ChoiceField(
        label=gettext_lazy("When my shifts change, or somebody asks to change them"),
        choices=How.choices,
    )
    joint_session = forms.ChoiceField(
        label=gettext_lazy("When I am called to a joint session, or have a task from one"),
        choices=[each for each in How.choices if each[0] != How.DIGEST],
    )
    quiet_from = forms.TypedChoiceField(
        label=gettext_lazy("Quiet from"),
        choices=[NO_HOUR, *HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quiet_until = forms.TypedChoiceField(
        label=gettext_lazy("Quiet until"),
        choices=[NO_HOUR, *HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    danger_passes = forms.BooleanField(
        required=False,
        label=gettext_lazy("Where a writer reported danger, tell me at once, also in quiet hours"),
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("The one mail a day comes at"), choices=HOURS, coerce=int
    )


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class ConfirmForm(forms.Form):
    """Who changes how they sign in proves that it is they who sit there."""

    current = password_field(gettext_lazy("The password you have now"), "current-password")


def code_field(hint: Any) -> forms.CharField:
    """A field for a one-time code."""
    return forms.CharField(
        label=gettext_lazy("Code"),
        help_text=hint,
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "govuk-input--width-20",
            }
        ),
    )


class CodeForm(forms.Form):
    """The second step of signing in."""

    code = code_field(gettext_lazy("Six digits from your app, or one of your recovery codes."))


class TurnOnForm(forms.Form):
    """The first code of a new app."""

    offered = forms.CharField(widget=forms.HiddenInput)
    code = code_field(gettext_lazy("The six digits that the app shows now."))


class PasskeyForm(forms.Form):
    """What a browser says of a passkey; a script fills it in."""

    next = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = forms.CharField(required=False, widget=forms.HiddenInput)


class NewPasskeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("A name for it"),
        help_text=gettext_lazy("So that you know it again, for example: office computer."),
        max_length=60,
    )
    current = password_field(gettext_lazy("The password you have now"), "current-password")


class MailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        help_text=gettext_lazy("Mails to you go there and nowhere else. Empty: none are sent."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
