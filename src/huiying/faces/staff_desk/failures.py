"""Notices that did not arrive: where they stand, and sending them again by hand."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from huiying.casework.actions.errands import send_again
from huiying.casework.delivered import case_numbers, kind_in_words, way_in_words
from huiying.casework.errands import undelivered
from huiying.faces.staff_desk.asking import actor_of
from huiying.notices.policy import may_mend_staff
from huiying.notices.reads import Failure
from huiying.notices.states import FAILED, ErrandState, Result, Way

ALL = ("", gettext_lazy("All"))
PROBLEMS = {
    "TooManyToNumber": gettext_lazy("too many messages to this number that day"),
    "NumberNotServed": gettext_lazy("no messages are sent to such numbers"),
}


class FailureFilter(forms.Form):
    way = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Way"),
        choices=[ALL, *((way.value, way.label) for way in Way if way != Way.PAGE)],
    )
    result = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How it failed"),
        choices=[
            ALL,
            *((each.value, each.label) for each in FAILED),
            (Result.BY_HAND.value, ErrandState.FAILED.label),
        ],
    )


@dataclass(frozen=True, slots=True)
class FailureRow:
    """`case_url` is empty where the case is not for this reader."""

    id: int
    what: str
    how: str
    at: Any
    made_at: Any
    problem: str
    number: int
    case_url: str


@dataclass(frozen=True, slots=True)
class FailuresPage:
    filters: FailureFilter
    filtered: bool
    rows: list[FailureRow]
    older_url: str
    first_url: str
    staff_url: str


@require_safe
def failed_notices(request: HttpRequest) -> HttpResponse:
    """What did not arrive and was not sent again."""
    actor = actor_of(request)
    filters = FailureFilter(request.GET)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    asked = {name: str(value) for name, value in chosen.items() if value}
    after = request.GET.get("after", "")
    found = undelivered(actor, after=after, **asked)
    numbers = case_numbers(actor, [each.recipient for each in found.rows])
    here = reverse("staff_desk:failures")
    page = FailuresPage(
        filters=FailureFilter(initial=asked),
        filtered=bool(asked),
        rows=[_row(each, numbers.get(each.recipient, 0)) for each in found.rows],
        older_url=f"{here}?{urlencode(asked | {'after': found.after})}" if found.after else "",
        first_url=f"{here}?{urlencode(asked)}" if after else "",
        staff_url=reverse("staff_desk:staff_notices") if may_mend_staff(actor) else "",
    )
    return render(request, "staff_desk/failures.html", {"page": page})


def _row(failure: Failure, number: int) -> FailureRow:
    return FailureRow(
        id=failure.id,
        what=kind_in_words(failure.kind),
        how=way_in_words(failure.way) or _("Not sent"),
        at=failure.ended_at,
        made_at=failure.made_at,
        problem=problem_in_words(failure.result, failure.problem),
        number=number,
        case_url=reverse("staff_desk:case", args=[number]) if number else "",
    )


def problem_in_words(result: str, problem: str) -> str:
    """Why a notice did not arrive: by its `Result`, and the class of an error or the status of a bounce."""
    if result == Result.BOUNCED:
        return _("came back: %(status)s") % {"status": problem}
    if result == Result.BY_HAND:
        return str(ErrandState.FAILED.label)
    return str(PROBLEMS.get(problem, problem))


@require_POST
def again(request: HttpRequest, notice: int) -> HttpResponse:
    """Send one of them again."""
    if send_again(actor=actor_of(request), notice=notice):
        messages.success(request, _("It is on its way again."))
    else:
        messages.info(request, _("It was sent again before."))
    return redirect("staff_desk:failures")


urls = [
    path("failures/", failed_notices, name="failures"),
    path("failures/<int:notice>/again/", again, name="failure_again"),
]
