"""The answers for everybody: a list with filters in its address, and each at its permanent address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from huiying.agencies.reads import unit_choices
from huiying.faces.public_site.forms import unit_lines
from huiying.faces.public_site.origin import address_of
from huiying.finding.errors import AboutSomebody, TooLong, TooSlow
from huiying.finding.searching import at_least
from huiying.kernel.limits import count_try
from huiying.kernel.names import localized
from huiying.replies.reads.finding import MOST_COUNTED
from huiying.replies.reads.public import AnswerLine, AnswersFound, answers, public_answer
from huiying.replies.reads.searching import BEST, public_hits
from huiying.replies.shown import AnswerShown
from huiying.routing.reads import CategoryGroup, category_groups

LONGEST_VALUE = 60
SEARCHES_PER_ADDRESS = 120  # in a quarter of an hour; a whole office may share one address
type Choices = list[tuple[str, Any]]


class AnswersFilter(forms.Form):
    """What the list is narrowed to; it lives in the address. `status`: of a search that was refused."""

    status = 0

    q = forms.CharField(
        required=False,
        max_length=LONGEST_VALUE,
        label=pgettext_lazy("filter of answers", "Words"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(required=False, label=pgettext_lazy("filter of answers", "About"))
    unit = forms.ChoiceField(
        required=False, label=pgettext_lazy("filter of answers", "Answered by")
    )

    order = forms.ChoiceField(
        required=False,
        label=pgettext_lazy("filter of answers", "Order of what is found"),
        choices=(
            ("", pgettext_lazy("search", "Newest first")),
            (BEST, pgettext_lazy("search", "Best match")),
        ),
    )

    def __init__(self, *args: Any, categories: Choices, units: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for name, choices in (("category", categories), ("unit", units)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices


@dataclass(frozen=True, slots=True)
class AnswersPage:
    """The list. `shown` says how many there are; the addresses are empty where the list ends."""

    form: AnswersFilter
    lines: tuple[AnswerLine, ...]
    shown: str
    newer_url: str
    older_url: str
    clear_url: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    answer: AnswerShown
    trail: list[tuple[str, str]]


def _categories(groups: list[CategoryGroup]) -> Choices:
    found: Choices = [("", pgettext("filter of answers", "Everything"))]
    for group in groups:
        leaves = [(leaf.code, localized(leaf.name)) for leaf in group.leaves]
        name = localized(group.name)
        if group.code:
            whole = _("All of: %(group)s") % {"group": name}
            leaves = [(group.code, whole), *leaves]
        found.append((name or pgettext("group of categories", "Other"), leaves))
    return found


def _filter(request: HttpRequest) -> AnswersFilter:
    units: Choices = [
        ("", _("Any unit")),
        *unit_lines(unit_choices(leave_out_root=True, past_too=True)),
    ]
    return AnswersFilter(
        request.GET, categories=_categories(category_groups(past_too=True)), units=units
    )


def _address(chosen: dict[str, str], **more: str) -> str:
    query = urlencode({key: value for key, value in (chosen | more).items() if value})
    base = reverse("public_site:answers")
    return f"{base}?{query}" if query else base


def _shown(found: AnswersFound, *, further: bool) -> str:
    if further:
        return _("Older answers")
    if found.count > MOST_COUNTED or not found.exact:
        known = MOST_COUNTED if found.count > MOST_COUNTED else at_least(found.count)
        return _("More than %(count)s answers") % {"count": f"{known:,}"}
    words = ngettext("%(count)d answer", "%(count)d answers", found.count)
    return words % {"count": found.count}


def _goes_on(request: HttpRequest, chosen: dict[str, str]) -> bool:
    """Whether this is a later page of a search: how many there are was said on the first."""
    return bool(chosen["q"] and chosen["order"] != BEST and _given(request, "older"))


def _given(request: HttpRequest, key: str) -> str:
    return request.GET.get(key, "").replace("\0", "")[:LONGEST_VALUE]


def _found(request: HttpRequest, chosen: dict[str, str], form: AnswersFilter) -> AnswersFound:
    """The answers asked for; what cannot be searched for stands at the field, with the reason."""
    if not chosen["q"]:
        return answers(
            category=chosen["category"],
            unit=chosen["unit"],
            older=_given(request, "older"),
            newer=_given(request, "newer"),
        )
    count_try("search answers", address_of(request), most=SEARCHES_PER_ADDRESS)
    try:
        return public_hits(
            chosen["q"],
            category=chosen["category"],
            unit=chosen["unit"],
            older=_given(request, "older"),
            order=chosen["order"],
        )
    except (AboutSomebody, TooLong, TooSlow) as refusal:
        form.add_error("q", str(refusal))
        form.status = refusal.status
        return AnswersFound((), 0, "", "")


@login_not_required
@require_safe
def answer_list(request: HttpRequest) -> HttpResponse:
    """The newest answers; a filter that is not known finds nothing."""
    chosen = {key: _given(request, key).strip() for key in ("q", "category", "unit", "order")}
    form = _filter(request)
    found = _found(request, chosen, form)
    page = AnswersPage(
        form=form,
        lines=found.lines,
        shown=_shown(found, further=_goes_on(request, chosen)) if found.count else "",
        newer_url=_address(chosen, newer=found.newer) if found.newer else "",
        older_url=_address(chosen, older=found.older) if found.older else "",
        clear_url=_address({}) if any(chosen.values()) else "",
    )
    status = 422 if form.is_bound and form.has_error("q") else 200
    return render(
        request, "public_site/answers/list.html", {"page": page}, status=form.status or status
    )


@login_not_required
@require_safe
def answer(request: HttpRequest, address: str) -> HttpResponse:
    """One answer with its whole history."""
    found = public_answer(address)
    trail = [
        (_("Home"), reverse("public_site:home")),
        (_("Answers"), reverse("public_site:answers")),
        (found.title, ""),
    ]
    page = AnswerPage(found, trail)
    return render(request, "public_site/answers/answer.html", {"page": page})


urls = [
    path("answers/", answer_list, name="answers"),
    path("answers/<slug:address>/", answer, name="answer"),
]
