"""The models that suggest: every version with its figures, which is in use, and who decided so."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from huiying.agencies.reads import staff_names
from huiying.casework.landing.measured import measured
from huiying.casework.landing.tried import newest_trial
from huiying.casework.places import all_categories, all_units
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.suggesting.aid import percent
from huiying.faces.staff_desk.suggesting.at_work import Table, summary_of, tables_of
from huiying.faces.staff_desk.suggesting.curves import Curve, curve_of
from huiying.faces.staff_desk.suggesting.forms import Point, ProposeForm, points_of, share
from huiying.faces.staff_desk.suggesting.trial import TrialShown, trial_shown
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.names import localized
from huiying.routing import learned
from huiying.routing.learned import LearnedLine, UseLine
from huiying.routing.models import Use
from huiying.routing.policy import require_changer

type Column = dict[str, Any]
type Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class InUse:
    """What suggests now, or is proposed to: which version, the page of it, and who said so when."""

    number: int
    url: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """`own` tells that the reader proposed it, so that somebody else has to adopt it."""

    in_use: InUse | None
    proposed: InUse | None
    own: bool
    may_change: bool
    columns: list[Column]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One version. `form` proposes it, None where the reader may not or a proposal waits."""

    number: int
    trail: Trail
    facts: list[tuple[str, str]]
    curve: Curve
    columns: list[Column]
    rows: list[list[Cell]]
    at_work: str
    tables: list[Table]
    trial: TrialShown
    decisions: list[str]
    form: ProposeForm | None


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Every version, what is in use and what is proposed."""
    actor = actor_of(request)
    shown = learned.models_shown(actor)
    page = ModelsPage(
        in_use=_in_use(shown.in_force),
        proposed=_proposed(shown.proposed),
        own=shown.proposed is not None and shown.proposed.proposed_by == actor.label,
        may_change=shown.may_change,
        columns=[
            {"label": _("Version")},
            {"label": _("Letters learned from"), "numeric": True},
            {"label": _("First suggestion right"), "numeric": True},
            {"label": _("Speaks on"), "numeric": True},
            {"label": _("Right where it speaks"), "numeric": True},
        ],
        rows=[_row(line) for line in shown.versions],
    )
    return render(request, "staff_desk/suggesting/models.html", {"page": page})


def _row(line: LearnedLine) -> list[Cell]:
    told = line.figures["unseen"]
    return [
        {
            "text": _("Version %(number)s") % {"number": line.number},
            "url": reverse("staff_desk:model", args=[line.number]),
            "note": dates.at_time(line.trained_at),
        },
        {"text": f"{line.letters:,}"},
        {"text": share(told["accuracy"])},
        {"text": share(told["coverage"])},
        {"text": share(told["accuracy_covered"])},
    ]


def _in_use(use: UseLine | None) -> InUse | None:
    if use is None or use.decided_at is None:
        return None
    names = staff_names([use.proposed_by, use.decided_by])
    note = _("Proposed by %(first)s, adopted by %(second)s, %(when)s.") % {
        "first": localized(names.get(use.proposed_by)),
        "second": localized(names.get(use.decided_by)),
        "when": dates.at_time(use.decided_at),
    }
    return _shown(use, note)


def _proposed(use: UseLine | None) -> InUse | None:
    if use is None:
        return None
    who = localized(staff_names([use.proposed_by]).get(use.proposed_by))
    said = {"who": who, "when": dates.at_time(use.proposed_at)}
    return _shown(use, _("Proposed by %(who)s, %(when)s.") % said)


def _shown(use: UseLine, note: str) -> InUse:
    words = _("Version %(number)s, from a likelihood of %(likely)s on") % {
        "number": use.number,
        "likely": percent(use.threshold),
    }
    return InUse(use.number, reverse("staff_desk:model", args=[use.number]), words, note)


@require_safe
def model(request: HttpRequest, number: int) -> HttpResponse:
    """One version: how good it was on letters that it had not seen."""
    return model_page(request, number)


def model_page(request: HttpRequest, number: int, form: ProposeForm | None = None) -> HttpResponse:
    """The page; `form` as somebody sent it, where it was refused."""
    actor = actor_of(request)
    line, uses = learned.model_shown(actor, number)
    overview = learned.models_shown(actor)
    points = points_of(line.figures)
    open_now = overview.may_change and overview.proposed is None
    fresh = ProposeForm(points=points, usual=line.threshold) if open_now else None
    found = measured(number)
    page = ModelPage(
        number=number,
        trail=[(_("Suggestions"), reverse("staff_desk:models")), (str(number), "")],
        facts=_facts(line),
        curve=curve_of(points),
        columns=_columns(),
        rows=_per_category(line),
        at_work=summary_of(found),
        tables=tables_of(found, all_categories()),
        trial=trial_shown(newest_trial(actor, number), all_units()),
        decisions=[_decision(use) for use in uses],
        form=form or fresh,
    )
    context = {"page": page}
    status = 422 if form else 200
    return render(request, "staff_desk/suggesting/model.html", context, status=status)


def form_for(request: HttpRequest, number: int) -> ProposeForm:
    """The form as it was sent, by somebody who may. Raises NotAllowed."""
    require_changer(actor_of(request))
    line, _uses = learned.model_shown(actor_of(request), number)
    points: list[Point] = points_of(line.figures)
    return ProposeForm(request.POST, points=points, usual=line.threshold)


def _facts(line: LearnedLine) -> list[tuple[str, str]]:
    told = line.figures["unseen"]
    learned_from = ngettext(
        "%(letters)s letters on %(count)d category",
        "%(letters)s letters on %(count)d categories",
        line.categories,
    ) % {"letters": f"{line.letters:,}", "count": line.categories}
    return [
        (_("Trained"), dates.at_time(line.trained_at)),
        (_("Learned from"), learned_from),
        (_("First suggestion right"), share(told["accuracy"])),
        (_("Macro-F1"), f"{told['macro_f1']:.3f}"),
        (_("Calibration error"), f"{told['ece']:.3f}"),
        (_("Fingerprint (SHA-256)"), line.digest),
    ]


def _columns() -> list[Column]:
    return [
        {"label": _("Category")},
        {"label": pgettext("count", "Letters"), "numeric": True},
        {"label": _("Right when suggested"), "numeric": True},
        {"label": _("Found"), "numeric": True},
        {"label": "F1", "numeric": True},
    ]


def _per_category(line: LearnedLine) -> list[list[Cell]]:
    names = all_categories()
    return [
        [
            {"text": localized(names.named(each["category"]))},
            {"text": f"{each['n']:,}"},
            {"text": share(each["precision"])},
            {"text": share(each["recall"])},
            {"text": f"{each['f1']:.3f}"},
        ]
        for each in line.figures["unseen"]["per_class"]
    ]


def _decision(use: UseLine) -> str:
    names = staff_names([use.proposed_by, use.decided_by])
    said = {
        "likely": percent(use.threshold),
        "first": localized(names.get(use.proposed_by)),
        "second": localized(names.get(use.decided_by)),
        "when": dates.at_time(use.decided_at or use.proposed_at),
    }
    words = {
        Use.State.PROPOSED: _("Proposed from %(likely)s on by %(first)s, %(when)s."),
        Use.State.ADOPTED: _(
            "Adopted from %(likely)s on: proposed by %(first)s, adopted by %(second)s, %(when)s."
        ),
        Use.State.REFUSED: _(
            "Not adopted from %(likely)s on: proposed by %(first)s, refused by %(second)s, %(when)s."
        ),
    }
    return words[Use.State(use.state)] % said


urls = [
    path("suggestions/", models, name="models"),
    path("suggestions/<int:number>/", model, name="model"),
]
