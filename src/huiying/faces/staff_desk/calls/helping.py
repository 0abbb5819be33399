"""Who is with the clerk lets somebody help with their letter, or ends it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huiying.casework.actions.helping import end_helping
from huiying.casework.following import own_label
from huiying.faces.look.helping import HelperShown, let_by, relation_field
from huiying.faces.staff_desk.calls.forms import OnCallForm
from huiying.faces.staff_desk.calls.letter import ACTS_PER_LETTER, on_call
from huiying.intake.errors import ForWriterAlone
from huiying.intake.helping import GRANT, HelperLine, helpers_of_label
from huiying.intake.receipts import grouped
from huiying.intake.states import Channel
from huiying.kernel.actors import Actor


class HelperForm(OnCallForm):
    """What the helper is to the caller, who says so themselves."""

    relation = relation_field(label=gettext_lazy("What is the helper to them?"))
    agreed = forms.BooleanField(
        label=gettext_lazy(
            "I read to them what a helper can see and do, and they said themselves that they agree"
        ),
        error_messages={
            "required": gettext_lazy("Without their consent nobody can help them here.")
        },
    )


@dataclass(frozen=True, slots=True)
class CallHelperPage:
    """`given` is what the helper takes away, once; the secret for paper handed over the counter alone."""

    form: HelperForm
    helpers: tuple[HelperLine, ...]
    code: str
    way: str
    follow_url: str
    given: HelperShown | None = None
    spoken: str = ""
    on_paper: bool = False


def _page(
    request: HttpRequest,
    acting: Actor,
    form: HelperForm,
    status: int = 200,
    given: HelperShown | None = None,
) -> HttpResponse:
    code, helpers = helpers_of_label(own_label(acting))
    page = CallHelperPage(
        form=form,
        helpers=helpers,
        code=grouped(code),
        way=str(Channel(acting.via).label),
        follow_url=request.build_absolute_uri(reverse("public_site:follow")),
        given=given,
        spoken=" ".join(given.pin.replace(" ", "")) if given else "",
        on_paper=acting.via == Channel.COUNTER,
    )
    return render(request, "staff_desk/call/helpers.html", {"page": page}, status=status)


def _for_writer(acting: Actor) -> str:
    if acting.has(GRANT):
        raise ForWriterAlone
    return own_label(acting)


@require_http_methods(["GET", "HEAD", "POST"])
@on_call
def helpers(request: HttpRequest, acting: Actor) -> HttpResponse:
    """Who helps the caller; on POST what a new helper is told, shown this once."""
    label = _for_writer(acting)
    if request.method != "POST":
        return _page(request, acting, HelperForm(label=label, name="helper"))
    form = HelperForm(request.POST, label=label, name="helper")
    given, status = let_by(form, actor=acting, label=label, most=ACTS_PER_LETTER)
    return _page(request, acting, form, status, given)


@require_POST
@on_call
def end(request: HttpRequest, acting: Actor, label: str) -> HttpResponse:
    """Let this helper help the caller no longer."""
    _for_writer(acting)
    end_helping(actor=acting, label=label)
    messages.success(request, _("Ended. From now on the helper can open the letter no longer."))
    return redirect("staff_desk:call_helpers")


urls = [
    path("call/letter/helpers/", helpers, name="call_helpers"),
    path("call/letter/helpers/<slug:label>/end/", end, name="call_helper_end"),
]
