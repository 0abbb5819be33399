"""The numbers under which other systems know a case: beside its clock, and the page that keeps them."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.casework.actions import numbering
from huiying.casework.actions.numbering import Elsewhere
from huiying.casework.deadlines import clock_of
from huiying.casework.outside_numbers import LONGEST, NumberShown, numbers_on
from huiying.casework.policy import find, may_number
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed

NEW = "new"


class NumberForm(forms.Form):
    """A number elsewhere; `reason` takes it away."""

    system = forms.CharField(
        max_length=LONGEST,
        label=gettext_lazy("Which system"),
        help_text=gettext_lazy("For example: the province's 12345 platform."),
    )
    number = forms.CharField(max_length=LONGEST, label=gettext_lazy("Its number there"))
    due_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("By when it wants to hear"),
        help_text=gettext_lazy("Stands beside our own clock and changes nothing of it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def elsewhere(self) -> Elsewhere:
        given = self.cleaned_data
        return Elsewhere(given["system"], given["number"], given["due_at"])


class EndForm(forms.Form):
    """Why a number does not belong here."""

    reason = forms.CharField(max_length=1_000, label=gettext_lazy("Why it does not belong here"))


@dataclass(frozen=True, slots=True)
class NumbersPart:
    """What the case page shows; `url` where the reader may change it. `ended_at` stops the clocks."""

    lines: tuple[NumberShown, ...]
    ended_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One number with the forms that correct it and take it away."""

    shown: NumberShown
    correct: NumberForm
    end: EndForm


@dataclass(frozen=True, slots=True)
class NumbersPage:
    """The numbers of one case; `failed` is the form that has errors."""

    trail: Trail
    ended_at: datetime | None
    lines: list[NumberLine]
    form: NumberForm
    failed: forms.Form | None


def numbers_part(
    actor: Actor, number: int, lines: tuple[NumberShown, ...], ended_at: datetime | None
) -> NumbersPart:
    """What the case page shows of them."""
    url = reverse("staff_desk:case_numbers", args=[number]) if may_number(actor) else ""
    return NumbersPart(lines, ended_at, url)


def _line(shown: NumberShown, failed: forms.Form | None) -> NumberLine:
    first = {"system": shown.system, "number": shown.number, "due_at": shown.due_at}
    correct = NumberForm(initial=first, prefix=f"correct{shown.id}")
    end = EndForm(prefix=f"end{shown.id}")
    if isinstance(failed, NumberForm) and failed.prefix == correct.prefix:
        correct = failed
    if isinstance(failed, EndForm) and failed.prefix == end.prefix:
        end = failed
    return NumberLine(shown, correct, end)


def _page(actor: Actor, number: int, failed: forms.Form | None = None) -> NumbersPage:
    case = find(actor, number)
    adding = isinstance(failed, NumberForm) and failed.prefix == NEW
    return NumbersPage(
        trail=from_case(number, _("Numbers elsewhere")),
        ended_at=clock_of(case, time.now()).ended_at,
        lines=[_line(shown, failed) for shown in numbers_on(case)],
        form=failed if adding else NumberForm(prefix=NEW),  # type: ignore[arg-type]
        failed=failed,
    )


def _sent(request: HttpRequest) -> tuple[str, int, forms.Form]:
    """What is wanted (add, correct, end), of which row, and its form as it was sent."""
    wish, _colon, row = request.POST.get("do", "").partition(":")
    if wish == "add":
        return wish, 0, NumberForm(request.POST, prefix=NEW)
    if not (row.isascii() and row.isdecimal() and len(row) < 19):
        raise Invalid(_("Choose one of the buttons."))
    kinds: dict[str, type[forms.Form]] = {"correct": NumberForm, "end": EndForm}
    if wish not in kinds:
        raise Invalid(_("Choose one of the buttons."))
    return wish, int(row), kinds[wish](request.POST, prefix=f"{wish}{row}")


def _do(actor: Actor, number: int, row: int, form: forms.Form) -> str:
    """The verb behind a form; what to say about it."""
    if isinstance(form, EndForm):
        reason = form.cleaned_data["reason"]
        numbering.end_outside_number(actor=actor, number=number, row_id=row, reason=reason)
        return _("Taken away. The record keeps it, and why.")
    assert isinstance(form, NumberForm)  # noqa: S101 - for the type checker
    elsewhere = form.elsewhere()
    if not row:
        numbering.add_outside_number(actor=actor, number=number, elsewhere=elsewhere)
        return _("Noted. The case can be found by this number now.")
    numbering.correct_outside_number(actor=actor, number=number, row_id=row, elsewhere=elsewhere)
    return _("Corrected. The record keeps what stood there before.")


@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: HttpRequest, number: int) -> HttpResponse:
    """Add, correct and take away the numbers of one case."""
    actor, template = actor_of(request), "staff_desk/numbers.html"
    find(actor, number)
    if not may_number(actor):
        raise NotAllowed
    if request.method != "POST":
        return render(request, template, {"page": _page(actor, number)})
    _wish, row, form = _sent(request)
    if form.is_valid():
        try:
            messages.success(request, _do(actor, number, row, form))
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return redirect("staff_desk:case_numbers", number)
    return render(request, template, {"page": _page(actor, number, form)}, status=422)


urls = [path("cases/<int:number>/numbers/", numbers, name="case_numbers")]
