"""Splitting a letter with several matters into parts, beside the letter; and taking that back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huiying.casework.actions.looking import record_opening
from huiying.casework.actions.splitting import FEWEST, MOST, PartWanted
from huiying.casework.case_letters import LetterShown
from huiying.casework.reads import CaseShown, case_shown, may_see
from huiying.casework.splitting.shown import require_whole
from huiying.casework.words import LONGEST_TITLE
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import begun, resumed, sent, words_kept
from huiying.faces.staff_desk.forms import category_options, named_people, unit_options
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.harm.facts import in_order
from huiying.intake.letters import LONGEST_BODY
from huiying.kernel.refusals import Invalid, MovedOn, Refusal
from huiying.supervision.actions.parting import split_on_list, unsplit_on_list

ABOUT = ("title", "words", "category_code", "lead_code", "facts", "conduct")
WHOM = ("unit", "usernames")
# Where a refusal's field stands in the form of a part.
PLACES = {"unit_codes": "unit"}


class SplitForm(forms.Form):
    """Some parts, each with fields of its own ("title-1"). A part of which nothing is filled in is none."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    count = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, shown: CaseShown, count: int, data: Any = None) -> None:
        super().__init__(data, initial={"seen": shown.version, "count": count}, auto_id="part-%s")
        self.shown_parts = count
        self.may_assign = any(act.verb == "assign" for act in shown.acts)
        groups = shown.categories.groups(shown.units)
        categories = category_options(groups, _("Choose…"))
        units = shown.units.choices()
        for place in range(1, count + 1):
            self._add(place, categories, unit_options(units, "—"), shown.case.facts)

    def _add(self, place: int, categories: Any, units: Any, facts: frozenset[str]) -> None:
        made: dict[str, forms.Field] = {
            "title": forms.CharField(
                label=_("What this part is about"),
                help_text=_("Short and without names: the unit and the writer read it."),
                max_length=LONGEST_TITLE,
            ),
            "words": forms.CharField(
                label=_("What the unit is to know"),
                help_text=_(
                    "A passage of the letter, or your own summary. The unit reads this and nothing else of "
                    "the letter."
                ),
                max_length=LONGEST_BODY,
                widget=forms.Textarea(attrs={"rows": 5}),
            ),
            "category_code": forms.ChoiceField(label=_("Category"), choices=categories),
            "lead_code": forms.ChoiceField(label=_("Who leads"), choices=units),
            "facts": forms.MultipleChoiceField(
                label=_("What makes this part urgent"),
                choices=[(fact.code, fact.said) for fact in in_order(facts)],
                widget=forms.CheckboxSelectMultiple,
            ),
            "conduct": forms.BooleanField(label=_("A complaint about the conduct of staff")),
            "unit": forms.ChoiceField(label=_("Which unit it is about"), choices=units),
            "usernames": forms.CharField(
                label=_("Which members of staff"),
                help_text=_("Their user names, with spaces between."),
                max_length=LONGEST_TITLE,
            ),
        }
        if not self.may_assign:
            del made["lead_code"]
        if not facts:
            del made["facts"]
        for name, field in made.items():
            field.required = False
            self.fields[f"{name}-{place}"] = field

    def fieldset(self, place: int, names: tuple[str, ...]) -> list[BoundField]:
        return [self[f"{name}-{place}"] for name in names if f"{name}-{place}" in self.fields]

    def _part(self, place: int) -> PartWanted | None:
        given = {name: self.cleaned_data.get(f"{name}-{place}") for name in (*ABOUT, *WHOM)}
        if not any(given.values()):
            return None
        return PartWanted(
            title=given["title"] or "",
            words=given["words"] or "",
            category_code=given["category_code"] or "",
            lead_code=given["lead_code"] or "",
            facts=tuple(given["facts"] or ()),
            conduct=bool(given["conduct"]),
            unit_codes=(given["unit"],) if given["unit"] else (),
            usernames=named_people(given["usernames"] or ""),
        )

    def wanted(self) -> tuple[list[int], list[PartWanted]]:
        """The places that are filled in, and what stands there."""
        found = [(place, self._part(place)) for place in range(1, self.shown_parts + 1)]
        return [place for place, part in found if part], [part for _place, part in found if part]

    def refuse(self, refusal: Refusal, places: list[int]) -> None:
        """Show why it was not done at the field that it is about, or above the form."""
        name, _dash, order = refusal.field.rpartition("-")
        place = places[int(order) - 1] if order.isdecimal() and int(order) <= len(places) else 0
        field = f"{PLACES.get(name, name)}-{place}"
        self.add_error(field if field in self.fields else None, str(refusal))


@dataclass(frozen=True, slots=True)
class PartFields:
    """The fields of one part; `whom` are those that only a complaint about conduct needs, shown at once where
    it is `open`.
    """

    place: int
    fields: list[BoundField]
    whom: list[BoundField]
    open: bool


@dataclass(frozen=True, slots=True)
class SplitPage:
    """The letter, and beside it a set of fields for each part."""

    number: int
    title: str
    letter: LetterShown
    conduct: bool
    form: SplitForm
    parts: list[PartFields]
    more: bool

    @property
    def trail(self) -> Trail:
        return from_case(self.number, _("Split the letter into parts"))


def _page(
    request: HttpRequest, shown: CaseShown, form: SplitForm, status: int = 200
) -> HttpResponse:
    page = SplitPage(
        number=shown.number,
        title=shown.title,
        letter=shown.letters[0],
        conduct=shown.conduct,
        form=form,
        parts=[_fields(form, place) for place in range(1, form.shown_parts + 1)],
        more=form.shown_parts < MOST,
    )
    return render(request, "staff_desk/split.html", {"page": page}, status=status)


def _fields(form: SplitForm, place: int) -> PartFields:
    whom = form.fieldset(place, ("conduct", *WHOM))
    filled = any(bound.value() for bound in whom) or any(bound.errors for bound in whom)
    names = tuple(name for name in ABOUT if name != "conduct")
    return PartFields(place, form.fieldset(place, names), whom, filled)


def _typed(data: QueryDict, name: str) -> Any:
    """What stands in a field: all that is ticked, or what was written."""
    return data.getlist(name) if name.startswith("facts-") else data[name]


def _count(request: HttpRequest, typed: str) -> int:
    """How many parts the form shows; one more where that was asked for."""
    count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else FEWEST
    return min(max(count + ("more" in request.POST), FEWEST), MOST)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("title-*", "words-*", "usernames-*", "count")
def split_case(request: HttpRequest, number: int) -> HttpResponse:
    """Show the letter beside the parts, one part more where that is asked for, and split."""
    actor = actor_of(request)
    shown = case_shown(actor, number)
    whole = not any(letter.part or letter.own_number for letter in shown.letters)
    require_whole(actor, shown.case, letters=len(shown.letters), whole=whole)
    record_opening(actor=actor, number=number)
    if request.method != "POST":
        count = _count(request, begun(request).words().get("count", ""))
        return _page(request, shown, resumed(request, SplitForm(shown, count)))
    count = _count(request, request.POST.get("count", ""))
    data = request.POST.copy()
    data["count"] = str(count)
    form = SplitForm(shown, count, data)
    if "more" in request.POST:
        form = SplitForm(shown, count)
        form.initial = {
            **form.initial,
            **{name: _typed(data, name) for name in form.fields if name in data},
        }
        return _page(request, shown, form)
    if not form.is_valid():
        return _page(request, shown, form, 422)
    places, parts = form.wanted()
    try:
        split_on_list(actor=actor, number=number, seen=form.cleaned_data["seen"], parts=parts)
    except (Invalid, MovedOn) as refusal:
        form.refuse(refusal, places)
        return _page(request, shown, form, refusal.status)
    sent(request)
    messages.success(request, _("Split. The writer was told, and sees every part on their page."))
    return (
        redirect("staff_desk:case", number)
        if may_see(actor, number)
        else redirect("staff_desk:queue")
    )


@require_POST
def unsplit_case(request: HttpRequest, number: int) -> HttpResponse:
    """Take a split back before anybody has acted on a part."""
    typed = request.POST.get("seen", "")
    seen = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
    try:
        unsplit_on_list(actor=actor_of(request), number=number, seen=seen)
    except MovedOn as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Handled as one letter again, in the state that it had."))
    return redirect("staff_desk:case", number)


urls = [
    path("cases/<int:number>/split/", split_case, name="case_split"),
    path("cases/<int:number>/unsplit/", unsplit_case, name="case_unsplit"),
]
