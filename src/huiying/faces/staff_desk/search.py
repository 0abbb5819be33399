"""The desk's search. The words go by POST: they may be somebody's trouble and belong in no address."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.casework.places import all_categories, all_units
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.forms import category_options, unit_options
from huiying.finding.errors import AboutSomebody, TooLong
from huiying.finding.models import Kind
from huiying.finding.searching import LONGEST_QUERY, at_least
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.replies.actions.searching import may_search, search
from huiying.replies.reads.searching import BEST, Asked, Hit, Hits

KINDS = (
    ("", pgettext_lazy("search", "Letters and answers")),
    (Kind.LETTER, pgettext_lazy("search", "Letters only")),
    (Kind.ANSWER, pgettext_lazy("search", "Answers only")),
)
ORDERS = (
    ("", pgettext_lazy("search", "Newest first")),
    (BEST, pgettext_lazy("search", "Best match")),
)


class WordsForm(forms.Form):
    """The search box alone."""

    q = forms.CharField(
        label=gettext_lazy("Search letters and answers"),
        max_length=LONGEST_QUERY,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class SearchForm(WordsForm):
    """The search box and what it is narrowed to."""

    kind = forms.ChoiceField(label=gettext_lazy("Where"), choices=KINDS, required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)

    order = forms.ChoiceField(label=gettext_lazy("Order"), choices=ORDERS, required=False)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        anything = pgettext("filter", "Any")
        self.fields["category"].choices = category_options(all_categories().groups(), anything)  # type: ignore[attr-defined]
        self.fields["unit"].choices = unit_options(all_units().choices(past_too=True), anything)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`shown` says how many were found; `older` is the place to go on from, `again` the search as hidden
    fields. `nothing` where a search found none.
    """

    form: forms.Form
    hits: tuple[Hit, ...]
    shown: str
    nothing: bool
    older: str
    again: tuple[tuple[str, str], ...]


def _shown(found: Hits, *, further: bool) -> str:
    if further:
        return _("Older ones")
    if not found.exact:
        return _("More than %(count)s found") % {"count": f"{at_least(found.total):,}"}
    return ngettext("%(count)d found", "%(count)d found", found.total) % {"count": found.total}


def _found(request: HttpRequest, form: SearchForm) -> Hits | None:
    """What is found; None where the form says why nothing was searched for."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    asked = Asked(given["category"], given["unit"], given["kind"], given["order"])
    older = request.POST.get("older", "")
    try:
        return search(actor=actor_of(request), query=given["q"], asked=asked, older=older)
    except (AboutSomebody, TooLong, Invalid) as refusal:
        form.add_error("q", str(refusal))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def look_for(request: HttpRequest) -> HttpResponse:
    """The empty form, or one page of what was found."""
    if not may_search(actor_of(request)):
        raise NotAllowed
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = _found(request, form) if form.is_bound else None
    page = SearchPage(
        form=form,
        hits=found.hits if found else (),
        shown=_shown(found, further=bool(request.POST.get("older")))
        if found and found.total
        else "",
        nothing=found is not None and not found.total,
        older=found.older if found else "",
        again=tuple((name, form.cleaned_data[name]) for name in form.fields) if found else (),
    )
    status = 422 if form.is_bound and found is None else 200
    return render(request, "staff_desk/search.html", {"page": page}, status=status)


urls = [path("search/", look_for, name="search")]
