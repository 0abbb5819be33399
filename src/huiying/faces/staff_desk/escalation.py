"""Whom the desk tells when a clock runs down: the policy in force, and trying another one."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from huiying.agencies.reads import staff_names
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.kernel.actors import Actor
from huiying.kernel.names import listed, localized
from huiying.kernel.refusals import Invalid, MovedOn
from huiying.supervision.actions.adopting import LONGEST_NOTE, adopt_policy
from huiying.supervision.definitions import LONGEST_TEXT, Definition, Step, read_policy, usual
from huiying.supervision.policy import may_adopt, require_adopter, require_reader
from huiying.supervision.reads import PolicyShown, versions
from huiying.supervision.rehearsing import Rehearsal, rehearse
from huiying.supervision.states import LADDER

DAYS, MOST_CASES, MOST_NAMED = 30, 10_000, 10


class PolicyForm(RefusableForm):
    """A policy as text, tried and then put in force."""

    text = forms.CharField(
        label=gettext_lazy("The policy"),
        help_text=gettext_lazy("Change words and numbers after the equals signs, then try it."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Why it changes"),
        required=False,
        max_length=LONGEST_NOTE,
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rehearsal found, in words and two tables."""

    said: str
    cut: bool
    columns: list[dict[str, object]]
    rows: list[tuple[str, str, str, str]]
    people_columns: list[dict[str, object]]
    people: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """`may_adopt`: the reader may put a policy in force, once it was tried."""

    form: PolicyForm
    meanings: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str, str]]
    may_adopt: bool
    tried: Tried | None = None


def _facts(definition: Definition) -> list[tuple[str, str]]:
    """The policy in words: each step, then when nothing is sent."""
    facts = [(_step_at(step.at), _step(step)) for step in definition.steps]
    if definition.quiet:
        data = definition.as_data()["quiet"].replace("-", "–")
        facts.append((_("Quiet hours"), data))
    if definition.quiet_on_days_off:
        facts.append((_("Days off"), _("Nothing is sent; it waits for the next working day.")))
    return facts


def _step_at(percent: int) -> str:
    if percent == 100:
        return _("Due")
    if percent > 100 and percent % 100 == 0:
        times = percent // 100 - 1
        return ngettext("Over once", "Over %(times)d times", times) % {"times": times}
    return _("%(percent)d%% of the time") % {"percent": percent}


def _step(step: Step) -> str:
    whom = listed(str(each.label) for each in step.tell)
    parts = [whom, _("once a day in one notice") if step.digest else _("at once")]
    if step.acknowledge_within:
        hours = step.acknowledge_within
        parts.append(
            ngettext(
                "the next above unless somebody takes note within %(hours)d working hour",
                "the next above unless somebody takes note within %(hours)d working hours",
                hours,
            )
            % {"hours": hours}
        )
    if step.on_duty:
        parts.append(_("outside the unit's hours whoever is on duty too, at once"))
    return "\n".join(parts)


def _meanings() -> list[tuple[str, str]]:
    """Each name that stands in a policy, and what it says."""
    whom = "\n".join(f"{each.value}: {each.label}" for each in LADDER)
    return [
        ("[[step]]", _("Begins a step. Leave one out with all its lines to tell nobody of it.")),
        ("at", _("At how many percent of the time: 100 is due, 200 once over, 300 twice over.")),
        ("tell", _("Who is told, one or several:") + "\n" + whom),
        ("digest", _("true: once a day in one notice; false: at once.")),
        (
            "acknowledge_within",
            _("Within how many working hours somebody takes note, or the next above are told."),
        ),
        ("on_duty", _("true: while the unit is closed, whoever is on duty is told too.")),
        ("quiet", _("Nothing is sent between these hours; it waits until they end.")),
        ("quiet_on_days_off", _("true: nothing is sent on days off either.")),
        ("digest_at", _("At what hour the notice of the day goes out.")),
    ]


def _version(shown: PolicyShown) -> tuple[str, str, str]:
    who = localized(shown.who) or _("the command line")
    said = {"when": dates.at_time(shown.adopted_at), "who": who}
    return (
        _("Version %(number)s") % {"number": shown.number},
        _("since %(when)s, by %(who)s") % said,
        shown.note,
    )


def _tried(found: Rehearsal) -> Tried:
    names = staff_names(each.recipient for each in found.people[:MOST_NAMED])
    numbers = {"cases": f"{found.cases:,}", "told": f"{found.told:,}", "days": DAYS}
    notices = {"label": _("Notices"), "numeric": True}
    return Tried(
        said=_("In %(days)d days %(cases)s cases ran; %(told)s came to a step.") % numbers,
        cut=found.cut,
        columns=[
            {"label": pgettext("column", "Step")},
            {"label": pgettext("column", "Whom")},
            {"label": _("Cases"), "numeric": True},
            notices,
        ],
        rows=[
            (
                _step_at(line.step.at),
                listed(str(each.label) for each in line.step.tell),
                f"{line.cases:,}",
                f"{line.notices:,}",
            )
            for line in found.steps
        ],
        people_columns=[
            {"label": pgettext("column", "Who")},
            notices,
            {"label": _("On the worst day"), "numeric": True},
        ],
        people=[
            (localized(names.get(each.recipient)), f"{each.notices:,}", f"{each.most_a_day:,}")
            for each in found.people[:MOST_NAMED]
        ],
    )


def _page(
    actor: Actor, form: PolicyForm | None = None, tried: Tried | None = None
) -> EscalationPage:
    kept = versions()
    text = kept[0].definition.as_text() if kept else usual()
    return EscalationPage(
        form=form or PolicyForm(initial={"text": text}),
        meanings=_meanings(),
        facts=_facts(kept[0].definition) if kept else [],
        versions=[_version(each) for each in kept],
        may_adopt=may_adopt(actor),
        tried=tried,
    )


def _adopted(request: HttpRequest, definition: Definition, note: str) -> HttpResponse:
    number = adopt_policy(actor=actor_of(request), definition=definition, note=note)
    sent(request)
    messages.success(request, _("Version %(number)s is in force.") % {"number": number})
    return redirect("staff_desk:escalation")


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text", "note")
def escalation(request: HttpRequest) -> HttpResponse:
    """The policy in force; by POST, try another one on past cases, or put it in force."""
    actor = actor_of(request)
    require_reader(actor)
    form = PolicyForm(request.POST) if request.method == "POST" else None
    tried, status = None, 200
    if form is not None:
        status = 422
        if request.POST.get("do") == "adopt":
            require_adopter(actor)
        try:
            if form.is_valid():
                definition = read_policy(form.cleaned_data["text"])
                if request.POST.get("do") == "adopt":
                    return _adopted(request, definition, form.cleaned_data["note"])
                tried, status = _tried(rehearse(definition, days=DAYS, most=MOST_CASES)), 200
        except (Invalid, MovedOn) as refusal:
            form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal))
    page = _page(actor, form, tried)
    resumed(request, page.form)
    return render(request, "staff_desk/escalation.html", {"page": page}, status=status)


urls = [path("escalation/", escalation, name="escalation")]
