"""The writer lets somebody help with the letter, and ends it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.casework.actions.helping import end_helping
from huiying.casework.following import own_label
from huiying.faces.look.helping import HelperShown, let_by, relation_field
from huiying.faces.public_site.following import ACTS_PER_LETTER
from huiying.faces.public_site.forms import OnLetterForm
from huiying.faces.public_site.letter_guard import SeeOther, on_letter
from huiying.intake.helping import HelperLine, helpers_of_label
from huiying.intake.receipts import grouped
from huiying.kernel.actors import Actor


class HelperForm(OnLetterForm):
    """What the helper is to the writer, and that both agreed."""

    relation = relation_field(label=gettext_lazy("What are they to you?"))
    agreed = forms.BooleanField(
        label=gettext_lazy("I want them to see this letter and to write on it for me"),
        error_messages={"required": gettext_lazy("Without your consent nobody can help you here.")},
    )


@dataclass(frozen=True, slots=True)
class HelperPage:
    """Who helps, and the form to let somebody; after it was sent `given` is what they take away."""

    form: HelperForm
    helpers: tuple[HelperLine, ...]
    code: str
    follow_url: str
    given: HelperShown | None = None


def _page(
    request: HttpRequest,
    actor: Actor,
    form: HelperForm,
    status: int = 200,
    given: HelperShown | None = None,
) -> HttpResponse:
    code, helpers = helpers_of_label(own_label(actor))
    page = HelperPage(
        form=form,
        helpers=helpers,
        code=grouped(code),
        follow_url=request.build_absolute_uri(reverse("public_site:follow")),
        given=given,
    )
    return render(request, "public_site/helpers.html", {"page": page}, status=status)


@on_letter
def helpers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who helps with this letter; on POST what a new helper takes away, shown this once."""
    label = own_label(actor)
    if request.method != "POST":
        return _page(request, actor, HelperForm(label=label, prefix="helper"))
    form = HelperForm(data=request.POST, label=label, prefix="helper")
    given, status = let_by(form, actor=actor, label=label, most=ACTS_PER_LETTER)
    return _page(request, actor, form, status, given)


@on_letter
def end(request: HttpRequest, actor: Actor, label: str) -> HttpResponse:
    """Let this helper help no longer."""
    if request.method == "POST":
        end_helping(actor=actor, label=label)
        messages.success(request, _("Ended. From now on they can open your letter no longer."))
    return SeeOther("letter_helpers")


urls = [
    path("follow/letter/helpers/", helpers, name="letter_helpers"),
    path("follow/letter/helpers/<slug:label>/end/", end, name="letter_helper_end"),
]
