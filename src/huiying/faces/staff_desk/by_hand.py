"""What a clerk brings to writers: letters to print and post, calls to make."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from huiying.casework.actions.errands import note_call, open_contact, post_letter
from huiying.casework.delivered import kind_in_words
from huiying.casework.errands import ErrandShown, errand_shown, errands
from huiying.faces.look.dates import on_day
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail
from huiying.intake.errors import NothingKept, TooManyLooks
from huiying.intake.receipts import grouped
from huiying.kernel import time
from huiying.kernel.refusals import Invalid
from huiying.notices.states import CallResult, Way
from huiying.replies.reads import answers_with_parts
from huiying.replies.shown import AnswerShown

ROWS = 30
MOST_PAGES = 100
ABOUT_ANSWERS = frozenset({"answered", "corrected", "answer_withdrawn"})


class LocalTime(forms.DateTimeInput):
    """The browser's own field for day and time."""

    input_type = "datetime-local"


class CallResultForm(forms.Form):
    result = forms.ChoiceField(
        label=gettext_lazy("What came of the call?"),
        choices=CallResult.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one."),
            "invalid_choice": gettext_lazy("Choose one."),
        },
    )
    call_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("Call again at"),
        help_text=gettext_lazy("Empty: in three hours."),
        error_messages={"invalid": gettext_lazy("Choose a day and a time.")},
        widget=LocalTime(format="%Y-%m-%dT%H:%M"),
    )


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """`due` is False where it was agreed to call later; `calls` are those made before."""

    what: str
    way: str
    icon: str
    url: str
    number: int
    title: str
    made_at: Any
    due_at: Any
    due: bool
    calls: tuple[tuple[Any, str], ...]


@dataclass(frozen=True, slots=True)
class ByHandPage:
    rows: list[ErrandRow]
    newer_url: str
    older_url: str


@dataclass(frozen=True, slots=True)
class ErrandPage:
    """`contact` is there once, in the answer to asking for it; `answers` go into the letter."""

    errand: ErrandRow
    code: str
    day: str
    language: str
    letter: bool
    answers: tuple[AnswerShown, ...]
    form: CallResultForm
    contact: str = ""
    problem: str = ""

    @property
    def trail(self) -> Trail:
        return [(_("By hand"), reverse("staff_desk:by_hand")), (self.errand.what, "")]


def _row(shown: ErrandShown) -> ErrandRow:
    line = shown.line
    return ErrandRow(
        what=kind_in_words(line.kind),
        way=str(Way(line.way).label),
        icon="letter",
        url=reverse("staff_desk:errand", args=[line.id]),
        number=shown.number,
        title=shown.title,
        made_at=line.made_at,
        due_at=line.due_at,
        due=line.due_at <= time.now(),
        calls=line.calls,
    )


@require_safe
def by_hand(request: HttpRequest) -> HttpResponse:
    """What waits: letters and calls, what is due first."""
    typed = request.GET.get("page", "1")
    number = min(int(typed[:4]), MOST_PAGES) if typed.isascii() and typed.isdecimal() else 1
    skip = (max(number, 1) - 1) * ROWS
    found = errands(actor_of(request), skip=skip, most=ROWS + 1)
    here = reverse("staff_desk:by_hand")
    page = ByHandPage(
        rows=[_row(each) for each in found[:ROWS]],
        newer_url=f"{here}?page={number - 1}" if number > 1 else "",
        older_url=f"{here}?page={number + 1}" if len(found) > ROWS else "",
    )
    return render(request, "staff_desk/by_hand/list.html", {"page": page})


def _answers(shown: ErrandShown) -> tuple[AnswerShown, ...]:
    """What the letter is about, where it is about an answer."""
    if shown.line.kind not in ABOUT_ANSWERS:
        return ()
    answers = answers_with_parts(shown.submission_id)
    return tuple(answer for answer in answers if not answer.hidden)


def _page(shown: ErrandShown, form: CallResultForm, **more: str) -> ErrandPage:
    with override(shown.language):
        day = on_day(time.now())
    return ErrandPage(
        errand=_row(shown),
        code=grouped(shown.code),
        day=day,
        language=shown.language,
        letter=shown.line.way == Way.LETTER,
        answers=_answers(shown),
        form=form,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def errand(request: HttpRequest, errand_id: int) -> HttpResponse:
    """One letter or call: ask for the contact, then say what came of it."""
    actor, do = actor_of(request), request.POST.get("do", "")
    shown = errand_shown(actor, errand_id)
    form = CallResultForm(request.POST if do == "call" else None)
    if do in DOING or (do == "call" and form.is_valid()):
        try:
            if do == "call":
                note_call(actor=actor, errand=errand_id, **form.cleaned_data)
            else:
                post_letter(actor=actor, errand=errand_id, posted=DOING[do])
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("staff_desk:by_hand")
    problem = contact = ""
    status = 422 if form.errors else 200
    if do == "show":
        try:
            contact = _where_to(open_contact(actor=actor, errand=errand_id), shown)
        except (TooManyLooks, NothingKept) as refusal:
            problem, status = str(refusal), refusal.status
    page = _page(shown, form, contact=contact, problem=problem)
    response = render(request, "staff_desk/by_hand/errand.html", {"page": page}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


DOING = {"posted": True, "not_posted": False}


def _where_to(contact: dict[str, str], shown: ErrandShown) -> str:
    """What the errand needs of the contact, and no more."""
    found = contact.get("address" if shown.line.way == Way.LETTER else "phone", "")
    if not found:
        raise NothingKept
    return found


urls = [
    path("by-hand/", by_hand, name="by_hand"),
    path("by-hand/<int:errand_id>/", errand, name="errand"),
]
