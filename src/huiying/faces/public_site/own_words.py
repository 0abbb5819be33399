"""The writer decides whether their own words stand beside the published answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.faces.public_site.forms import OnLetterForm, Typed
from huiying.kernel.actors import Actor
from huiying.replies.actions.own_words import decide_own_words

MISSING = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


class ShowWordsForm(OnLetterForm):
    """Yes or no to the preview that `seen` names."""

    shown = forms.ChoiceField(
        label=_("May your words stand beside the answer?"),
        choices=(
            ("yes", _("Yes, as shown above")),
            ("no", _("No, they stay between us")),
        ),
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
    seen = Typed(required=False, widget=forms.HiddenInput)


def decide(actor: Actor, given: dict[str, Any]) -> None:
    """Do what the writer said."""
    decide_own_words(actor=actor, shown=given["shown"] == "yes", seen=given["seen"])
