"""The rules at the desk: what is in force, what is proposed, and what that would have changed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.agencies.reads import staff_names
from huiying.casework.landing.rehearsing import Gone, rehearse
from huiying.casework.places import Categories, Units, all_categories, all_units
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.pasting import pasted, why
from huiying.faces.staff_desk.told_counts import count_told
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.names import listed, localized
from huiying.kernel.refusals import Invalid, NotFound
from huiying.routing.models import RuleVersion
from huiying.routing.policy import may_change, require_changer, require_reader
from huiying.routing.proposing import LONGEST_NOTE
from huiying.routing.rules import actions
from huiying.routing.rules.definitions import RuleSet, write_rules
from huiying.routing.rules.reads import rules_in_force, rules_of, rules_shown
from huiying.routing.rules.wording import RuleSaid, said

LONGEST_FILE = 100_000


class ProposeForm(RefusableForm):
    """A file of rules, pasted in."""

    text = pasted(gettext_lazy("The file of rules (TOML)"), most=LONGEST_FILE)
    note = why(most=LONGEST_NOTE)


@dataclass(frozen=True, slots=True)
class RoutingRulesPage:
    """`rows` say what is in force; `waiting` is the number of the version that waits, 0 for none."""

    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    waiting: int
    proposed: str
    may_change: bool
    versions: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class ProposeRulesPage:
    form: ProposeForm

    @property
    def trail(self) -> Trail:
        return [(_("Rules"), reverse("staff_desk:rules")), (_("Propose rules"), "")]


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """What version `number` would have done with the newest `n` letters; `gone` is its table."""

    number: int
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    n: int
    fitted: str
    gone_columns: list[dict[str, Any]]
    gone: list[list[Any]]
    total: str
    exact: bool
    own: bool
    may_adopt: bool

    @property
    def trail(self) -> Trail:
        here = _("Version %(number)s") % {"number": self.number}
        return [(_("Rules"), reverse("staff_desk:rules")), (here, "")]


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """What is in force, what waits for a second person, all versions."""
    actor = actor_of(request)
    require_reader(actor)
    found = rules_shown()
    labels = [
        label for line in found.versions for label in (line.proposed_by, line.adopted_by) if label
    ]
    names = staff_names(labels)
    page = RoutingRulesPage(
        columns=_columns(),
        rows=_rows(rules_of(found.in_force), all_categories(), all_units()),
        waiting=found.waiting.number if found.waiting else 0,
        proposed=_by(found.waiting, names) if found.waiting else "",
        may_change=may_change(actor),
        versions=[_version(line, names) for line in found.versions],
    )
    return render(request, "staff_desk/ruling/rules.html", {"page": page})


def _columns() -> list[dict[str, Any]]:
    return [{"label": _("Rule")}, {"label": _("When")}, {"label": _("Where to")}]


def _rows(rules: RuleSet, categories: Categories, units: Units) -> list[list[Any]]:
    return [_row(line) for line in said(rules, **names_of(categories, units))]


def names_of(categories: Categories, units: Units) -> dict[str, Any]:
    """Names by code, as `wording.said` takes them."""
    return {
        "categories": {line.code: line.name for line in categories.lines},
        "units": {line.code: line.name for line in units.lines},
    }


def _row(line: RuleSaid) -> list[Any]:
    return [
        {"text": str(line.number)},
        {"text": listed(line.when), "note": line.note},
        {"text": listed(line.then)},
    ]


def _by(line: RuleVersion, names: dict[str, dict[str, str]]) -> str:
    return _("proposed by %(who)s, %(when)s") % {
        "who": localized(names.get(line.proposed_by)),
        "when": dates.at_time(line.proposed_at),
    }


def _version(line: RuleVersion, names: dict[str, dict[str, str]]) -> tuple[str, list[str]]:
    told = [_by(line, names)]
    if line.adopted_at is not None:
        words = {
            "who": localized(names.get(line.adopted_by)),
            "when": dates.at_time(line.adopted_at),
        }
        told.append(_("put in force by %(who)s, %(when)s") % words)
    return _("Version %(number)s") % {"number": line.number}, [*told, *filter(None, [line.note])]


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text", "note")
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a file; then see what it would have changed."""
    actor = actor_of(request)
    require_changer(actor)
    form = ProposeForm(request.POST if request.method == "POST" else None, initial=_now())
    if form.is_valid():
        try:
            if actions.read_known(form.cleaned_data["text"]) == rules_of(rules_in_force()):
                raise Invalid(_("Nothing has changed: this is what is in force."), field="text")
            number = actions.propose_rules(actor=actor, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            sent(request)
            messages.success(request, _("Proposed. A second person puts them in force."))
            return redirect("staff_desk:rules_rehearsal", number)
    status = 422 if form.errors else 200
    page = ProposeRulesPage(resumed(request, form))
    return render(request, "staff_desk/ruling/propose.html", {"page": page}, status=status)


def _now() -> dict[str, str]:
    """What is in force, to change one line of it."""
    return {"text": write_rules(rules_of(rules_in_force()))}


@require_safe
def rehearsal(request: HttpRequest, number: int) -> HttpResponse:
    """Which past cases would have gone elsewhere, and the button that puts the version in force."""
    actor = actor_of(request)
    require_reader(actor)
    found = rules_shown()
    version = next((each for each in found.versions if each.number == number), None)
    if version is None:
        raise NotFound
    then, categories, units = rules_of(version), all_categories(), all_units()
    tried = rehearse(actor, rules_of(found.in_force), then)
    waits = found.waiting is not None and found.waiting.number == number
    own = version.proposed_by == actor.label
    page = RehearsalPage(
        number=number,
        columns=_columns(),
        rows=_rows(then, categories, units),
        n=tried.n,
        fitted=count_told(tried.fitted, exact=tried.exact),
        gone_columns=[
            {"label": _("By the rules in force")},
            {"label": _("By this version")},
            {"label": _("Cases"), "numeric": True},
            {"label": _("Of these ended there"), "numeric": True},
        ],
        gone=[_gone(each, tried.exact, categories, units) for each in tried.gone],
        total=count_told(tried.total, exact=tried.exact),
        exact=tried.exact,
        own=waits and own,
        may_adopt=waits and may_change(actor) and not own,
    )
    return render(request, "staff_desk/ruling/rehearsal.html", {"page": page})


def _gone(each: Gone, exact: bool, categories: Categories, units: Units) -> list[Any]:
    return [
        {"text": _where(each.before, categories, units)},
        {
            "text": _where(each.after, categories, units),
            "note": listed(str(number) for number in each.numbers),
        },
        {"text": count_told(each.count, exact=exact)},
        {"text": count_told(each.stood, exact=exact)},
    ]


def _where(place: tuple[str, str], categories: Categories, units: Units) -> str:
    category, unit = place
    names = [localized(categories.named(category))] if category else []
    names += [localized(units.named(unit))] if unit else []
    return listed(names) or _("no rule")


@require_POST
def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposed version in force."""
    actions.adopt_rules(actor=actor_of(request), number=number)
    messages.success(request, _("In force for what comes in from now on."))
    return redirect("staff_desk:rules")


urls = [
    path("rules/", rules, name="rules"),
    path("rules/propose/", propose, name="rules_propose"),
    path("rules/<int:number>/", rehearsal, name="rules_rehearsal"),
    path("rules/<int:number>/adopt/", adopt, name="rules_adopt"),
]
