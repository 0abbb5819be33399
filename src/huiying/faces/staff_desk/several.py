"""Several cases of the queue at once: choose, look at what will be done, do it, see what came of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huiying.casework.places import Categories, Units, all_categories, all_units
from huiying.casework.several import (
    Came,
    Candidate,
    Chosen,
    Result,
    assign_several,
    candidates,
    triage_several,
    undo_several,
    verbs_of,
)
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.forms import category_options, unit_options
from huiying.faces.staff_desk.lists import NAMES, address, query_of, wanted_of
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed


@dataclass(frozen=True, slots=True)
class SeveralRow:
    """One case in words; `sent` is what the form sends for it, `note` what will be or was not done."""

    url: str
    title: str
    number: int
    state: str = ""
    note: str = ""
    sent: str = ""


@dataclass(frozen=True, slots=True)
class SeveralPage:
    """What will be done, before it is: `rows` that can be, `left_out` that cannot and why."""

    title: str
    trail: list[tuple[str, str]]
    act: str
    url: str
    back: str
    form: forms.Form
    submit: str
    rows: list[SeveralRow]
    left_out: list[SeveralRow]


@dataclass(frozen=True, slots=True)
class CameOf:
    """The cases of which the same came."""

    code: str
    title: str
    tone: str
    rows: list[SeveralRow]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """What came of each case; `undo` names those (as boxes send them) whose step may be taken back."""

    title: str
    trail: list[tuple[str, str]]
    back: str
    groups: list[CameOf]
    undo_url: str
    undo: list[str]


class TriageSeveralForm(forms.Form):
    category_code = forms.ChoiceField(
        label=gettext_lazy("What they are about"),
        error_messages={"required": gettext_lazy("Choose a category.")},
    )

    def fit(self, units: Units, categories: Categories) -> None:
        options = category_options(categories.groups(units), gettext_lazy("Choose…"))
        self.fields["category_code"].choices = options  # type: ignore[attr-defined]


class AssignSeveralForm(forms.Form):
    lead_code = forms.ChoiceField(label=gettext_lazy("Who leads"), required=False)

    def fit(self, units: Units, _categories: Categories) -> None:
        suggested = gettext_lazy("The unit that each category suggests")
        self.fields["lead_code"].choices = unit_options(units.choices(), suggested)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Manner:
    """How an act on several cases looks and what it does. `button` stands below the queue."""

    button: str | Promise
    title: Callable[[int], str]
    submit: Any
    form: type[Any]
    do: Callable[[Actor, list[Chosen], Any], tuple[Result, ...]]


MANNERS: dict[str, Manner] = {
    "triage": Manner(
        gettext_lazy("Sort the chosen"),
        lambda count: (
            ngettext("Sort %(count)d case", "Sort %(count)d cases", count) % {"count": count}
        ),
        ngettext_lazy("Sort this case", "Sort these %(count)d cases", "count"),
        TriageSeveralForm,
        lambda actor, chosen, said: triage_several(
            actor, chosen, category_code=said["category_code"]
        ),
    ),
    "assign": Manner(
        gettext_lazy("Assign the chosen"),
        lambda count: (
            ngettext("Assign %(count)d case", "Assign %(count)d cases", count) % {"count": count}
        ),
        ngettext_lazy("Assign this case", "Assign these %(count)d cases", "count"),
        AssignSeveralForm,
        lambda actor, chosen, said: assign_several(actor, chosen, lead_code=said["lead_code"]),
    ),
}
CAME = {
    Came.DONE: (pgettext_lazy("came", "Done"), "success"),
    Came.MOVED_ON: (gettext_lazy("Moved on meanwhile: not touched"), "warning"),
    Came.REFUSED: (pgettext_lazy("came", "Not done"), "warning"),
}


def buttons_for(actor: Actor) -> list[tuple[str, str]]:
    """(act, label) of what this person may do to several cases at once."""
    return [(name, str(MANNERS[name].button)) for name in verbs_of(actor)]


def sent_as(number: int, version: int) -> str:
    """A case as it was seen, as a box of the queue sends it."""
    return f"{number}.{version}"


def _chosen(values: Iterable[str]) -> list[Chosen]:
    """What the boxes sent, each case once; what is no case is left out."""
    found: dict[int, Chosen] = {}
    for value in values:
        number, _dot, seen = value.partition(".")
        if all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (number, seen)):
            found.setdefault(int(number), Chosen(int(number), int(seen)))
    return list(found.values())


def _case_url(number: int) -> str:
    return reverse("staff_desk:case", args=[number])


def _trail(request: HttpRequest, here: str) -> list[tuple[str, str]]:
    wanted = wanted_of(request.GET)
    trail = [(pgettext("navigation", "Queue"), reverse("staff_desk:queue")), (here, "")]
    if wanted.tab in NAMES:
        trail.insert(1, (str(NAMES[wanted.tab]), address(wanted)))
    return trail


def _candidate(act: str, one: Candidate) -> SeveralRow:
    note = str(one.reason)
    if act == "assign" and not note:
        unit = localized(one.suggested) or _("no unit")
        note = _("The category suggests: %(unit)s") % {"unit": unit}
    url = _case_url(one.number)
    sent = "" if one.reason else sent_as(one.number, one.seen)
    return SeveralRow(url, one.title, one.number, one.state, note, sent)


def _page(request: HttpRequest, act: str, form: Any, found: list[Candidate]) -> SeveralPage:
    wanted, manner = wanted_of(request.GET), MANNERS[act]
    rows = [_candidate(act, one) for one in found if not one.reason]
    title = manner.title(len(rows))
    return SeveralPage(
        title=title,
        trail=_trail(request, title),
        act=act,
        url=reverse("staff_desk:several") + query_of(wanted),
        back=address(wanted),
        form=form,
        submit=str(manner.submit % {"count": len(rows)}) if rows else "",
        rows=rows,
        left_out=[_candidate(act, one) for one in found if one.reason],
    )


def _row_of(result: Result) -> SeveralRow:
    url = _case_url(result.number) if result.title else ""
    return SeveralRow(url, result.title, result.number, note=str(result.reason))


def _results(request: HttpRequest, results: Iterable[Result], title: str) -> ResultsPage:
    held = list(results)
    groups = [
        CameOf(came, str(label), tone, [_row_of(each) for each in held if each.came == came])
        for came, (label, tone) in CAME.items()
    ]
    return ResultsPage(
        title,
        _trail(request, title),
        address(wanted_of(request.GET)),
        [g for g in groups if g.rows],
        reverse("staff_desk:several_undo") + query_of(wanted_of(request.GET)),
        [sent_as(each.number, each.seen) for each in held if each.seen],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest) -> HttpResponse:
    """What will be done to the chosen cases; by POST, do it and say what came of each."""
    actor = actor_of(request)
    if not verbs_of(actor):
        raise NotAllowed
    sent = request.POST if request.method == "POST" else request.GET
    act, chosen = sent.get("act", ""), _chosen(sent.getlist("case"))
    if not chosen or act not in MANNERS:
        messages.info(request, _("Choose cases first, then what to do with them."))
        return redirect(address(wanted_of(request.GET)))
    form = MANNERS[act].form(request.POST if request.method == "POST" else None, auto_id="all-%s")
    form.fit(all_units(), all_categories())
    if request.method == "POST" and form.is_valid():
        results = MANNERS[act].do(actor, chosen, form.cleaned_data)
        return render(
            request,
            "staff_desk/results.html",
            {"page": _results(request, results, _("What came of each case"))},
        )
    page = _page(request, act, form, candidates(actor, act, chosen))
    status = 422 if form.is_bound else 200
    return render(request, "staff_desk/several.html", {"page": page}, status=status)


@require_POST
def several_undo(request: HttpRequest) -> HttpResponse:
    """Take back one's own step on several cases, and say what came of each."""
    actor, chosen = actor_of(request), _chosen(request.POST.getlist("case"))
    if not verbs_of(actor):
        raise NotAllowed
    page = _results(request, undo_several(actor, chosen), _("What was taken back"))
    return render(request, "staff_desk/results.html", {"page": page})


urls = [
    path("several/", several, name="several"),
    path("several/undo/", several_undo, name="several_undo"),
]
