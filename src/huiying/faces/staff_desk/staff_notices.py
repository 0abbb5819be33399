"""What was sent to staff: to whom, about what, how it went; failures first. Never of which case."""

from collections.abc import Iterable
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

from huiying.accounts.notice_choices import TOPIC_OF
from huiying.accounts.reads import Colleague, colleagues
from huiying.agencies.reads import staff_names
from huiying.casework.actions.errands import send_again
from huiying.faces.look import dates
from huiying.faces.staff_desk.account.heard import ABOUT, OTHERS, about
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.failures import problem_in_words
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.names import listed, localized
from huiying.notices.policy import require_staff_mender
from huiying.notices.states import Result
from huiying.notices.to_staff import ALIKE, StaffNotice, Wanted, staff_notices

ALL = ("", gettext_lazy("All"))
MOST_NAMED = 50
# Sent, or kept back because it was not for them any more: which of both is not told.
DEALT_WITH = gettext_lazy("Dealt with")


class StaffNoticeFilter(forms.Form):
    who = forms.ChoiceField(required=False, label=gettext_lazy("To whom"))
    about = forms.ChoiceField(
        required=False,
        label=gettext_lazy("About"),
        choices=[ALL, *ABOUT.items(), *OTHERS.items()],
    )
    result = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How it went"),
        choices=[
            ALL,
            (Result.SENT.value, DEALT_WITH),
            *((each.value, each.label) for each in Result if each and each not in ALIKE),
        ],
    )

    def __init__(self, *given: Any, people: Iterable[Colleague], **more: Any) -> None:
        super().__init__(*given, **more)
        names = [(each.label, localized(each.name)) for each in people]
        self.fields["who"].choices = [ALL, *names]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class StaffNoticeRow:
    """`problem` is empty for what arrived; `again`: it can be sent again."""

    id: int
    who: str
    about: str
    made_at: Any
    result: str
    problem: str
    again: bool


@dataclass(frozen=True, slots=True)
class StaffNoticesPage:
    """`views` parts what did not arrive from everything; `nameless` are those without an address."""

    views: list[tuple[str, str, bool, str]]
    filters: StaffNoticeFilter
    show: str
    rows: list[StaffNoticeRow]
    nameless: str
    older_url: str
    first_url: str

    @property
    def trail(self) -> Trail:
        return [(_("Undelivered"), reverse("staff_desk:failures")), (_("Notices to staff"), "")]


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """A page of the list: what did not arrive, or everything; narrowed by the address."""
    actor = actor_of(request)
    require_staff_mender(actor)
    people = colleagues()
    filters = StaffNoticeFilter(request.GET, people=people)
    chosen = filters.cleaned_data if filters.is_valid() else {}
    asked = {name: str(value) for name, value in chosen.items() if value}
    everything = request.GET.get("show") == "all" or bool(asked)
    after = request.GET.get("after", "")
    found = staff_notices(actor, _wanted(asked, everything=everything), after=after)
    names = staff_names({each.recipient for each in found.rows})
    here = reverse("staff_desk:staff_notices")
    kept = asked | ({"show": "all"} if everything else {})
    page = StaffNoticesPage(
        views=[
            (_("Did not arrive"), here, not everything, ""),
            (_("All"), f"{here}?show=all", everything, ""),
        ],
        filters=StaffNoticeFilter(initial=asked, people=people),
        show="all" if everything else "",
        rows=[_row(each, names) for each in found.rows],
        nameless=_nameless(people),
        older_url=f"{here}?{urlencode(kept | {'after': found.after})}" if found.after else "",
        first_url=f"{here}?{urlencode(kept)}" if after else "",
    )
    return render(request, "staff_desk/staff_notices.html", {"page": page})


def _wanted(asked: dict[str, str], *, everything: bool) -> Wanted:
    topic, who = asked.get("about", ""), asked.get("who", "")
    return Wanted(
        recipient=f"staff:{who}" if who else "",
        kinds=[kind for kind, of in TOPIC_OF.items() if of == topic] or [topic] if topic else (),
        result=asked.get("result", ""),
        failed=not everything,
    )


def _nameless(people: Iterable[Colleague]) -> str:
    found = [localized(each.name) for each in people if not each.reached]
    names = found[:MOST_NAMED]
    if len(found) > MOST_NAMED:
        return _("%(names)s and others") % {"names": listed(names)}
    return listed(names)


def _row(each: StaffNotice, names: dict[str, dict[str, str]]) -> StaffNoticeRow:
    how = str(DEALT_WITH if each.result == Result.SENT else Result(each.result).label)
    when = dates.at_time(each.ended_at) if each.ended_at else ""
    tries = _("tried %(count)s times") % {"count": each.tries} if each.tries > 1 else ""
    return StaffNoticeRow(
        id=each.id,
        who=localized(names.get(each.recipient)) or _("an account of before"),
        about=about(each.kind),
        made_at=each.made_at,
        result=" · ".join(filter(None, [how, when, tries])),
        problem=problem_in_words(each.result, each.problem) if each.problem else "",
        again=each.again,
    )


@require_POST
def again(request: HttpRequest, notice: int) -> HttpResponse:
    """Send one that failed again."""
    actor = actor_of(request)
    require_staff_mender(actor)
    if send_again(actor=actor, notice=notice):
        messages.success(request, _("It is on its way again."))
    else:
        messages.info(request, _("It was sent again before."))
    return redirect("staff_desk:staff_notices")


urls = [
    path("failures/staff/", notices, name="staff_notices"),
    path("failures/staff/<int:notice>/again/", again, name="staff_notice_again"),
]
