"""A writer has what they left erased: contact at once, words once nobody works on them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from huiying.casework.following import LetterPage, letter_page
from huiying.faces.public_site.forms import PLAIN_INPUT, OnLetterForm, Typed
from huiying.faces.public_site.letter_guard import SeeOther, on_letter
from huiying.faces.public_site.origin import address_of
from huiying.faces.public_site.pages import ErasePage
from huiying.intake.reads import open_with
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Refusal
from huiying.retention.actions import erase_on_wish
from huiying.retention.models import What
from huiying.retention.reads import OwnErasure, own_erasure

DONE = {
    What.CONTACT: _("We no longer know how to reach you. Keep your receipt to read on."),
    What.WORDS: _(
        "Erased. What is left says that there was a letter and when, and not what it said."
    ),
}


class EraseForm(OnLetterForm):
    """What is to go, and the secret once more: it cannot be brought back."""

    what = forms.ChoiceField(
        label=_("What shall we erase?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is to be erased."),
            "invalid_choice": _("Choose what is to be erased."),
        },
    )
    secret = Typed(
        label=_("Secret"),
        help_text=_("Once more, from your receipt, because this cannot be undone."),
        error_messages={"required": _("Enter the secret on your receipt.")},
        widget=forms.TextInput(attrs=PLAIN_INPUT),
    )

    def offer(self, letter: LetterPage, state: OwnErasure) -> None:
        """Only what is still there."""
        offered = []
        if letter.reachable and not state.contact_erased:
            offered.append((What.CONTACT, _("How you can be reached (now)")))
        if not state.words_erased:
            offered.append((What.WORDS, _("All words and files (once the matter is closed)")))
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)  # noqa: S101 - for the type checker
        what.choices = offered


@on_letter
def erase(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Explain, ask for the secret once more, erase."""
    letter = letter_page(actor)
    state = own_erasure(letter.submission_id, letter.label)
    posted = request.method == "POST"
    form = EraseForm(data=request.POST if posted else None, label=letter.label, prefix="erase")
    form.offer(letter, state)
    status = 422 if posted else 200
    if form.is_valid():
        given = form.cleaned_data
        try:
            open_with(code=letter.code, secret=given["secret"], address=address_of(request))
            erase_on_wish(actor=actor, what=given["what"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, str(DONE[What(given["what"])]))
            return SeeOther("letter")
    page = ErasePage(form, state)
    return render(request, "public_site/erase.html", {"page": page}, status=status)


urls = [path("follow/letter/erase/", erase, name="letter_erase")]
