"""The questions to whoever wrote, which they answer themselves or a clerk asks for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.casework.states import Vote

CHOOSE_ONE = {
    "required": _("Choose one of the answers."),
    "invalid_choice": _("Choose one of the answers."),
}
PRESSED = {"no": False, "yes": True, "unsaid": None}


def verdict_field() -> forms.ChoiceField:
    """Whether the problem is solved."""
    return forms.ChoiceField(
        label=_("Is the problem solved?"),
        widget=forms.RadioSelect,
        choices=Vote.choices,
        error_messages=CHOOSE_ONE,
    )


def pressed_field(
    *, question: Any, hint: Any, own_decision: Any, unsaid: Any
) -> forms.TypedChoiceField:
    """Whether anybody pressed the writer to withdraw: True, False, or None where it is left unsaid."""
    return forms.TypedChoiceField(
        label=question,
        help_text=hint,
        widget=forms.RadioSelect,
        choices=[
            ("no", own_decision),
            ("yes", pgettext_lazy("pressed to withdraw", "Yes")),
            ("unsaid", unsaid),
        ],
        coerce=PRESSED.get,
        error_messages=CHOOSE_ONE,
    )
