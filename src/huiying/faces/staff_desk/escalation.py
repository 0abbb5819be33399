"""Whom the desk tells when a clock runs down: the policy in force, and trying and proposing another one."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from huiying.agencies.reads import staff_names
from huiying.casework.landing.discretion import coarse_number
from huiying.casework.policy import reads_everything
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.told_counts import count_told
from huiying.kernel.actors import Actor
from huiying.kernel.names import listed, localized
from huiying.kernel.refusals import Invalid, MovedOn
from huiying.routing.promises.definitions import Stage
from huiying.routing.proposing import LONGEST_NOTE
from huiying.supervision.actions.adopting import propose_policy
from huiying.supervision.definitions import LONGEST_TEXT, Definition, Step, read_policy, usual
from huiying.supervision.policy import may_change, require_changer, require_reader
from huiying.supervision.reads import PolicyShown, policies, policy_version
from huiying.supervision.rehearsing import Behind, rehearse
from huiying.supervision.states import LADDER

DAYS, MOST_CASES, MOST_NAMED = 30, 10_000, 10


class PolicyForm(RefusableForm):
    """A policy as text, tried and then proposed."""

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
    """What a rehearsal found, in words and two tables. `exact`: the reader may read all letters."""

    said: str
    exact: bool
    cut: bool
    columns: list[dict[str, object]]
    rows: list[tuple[str, str, str, str]]
    people_columns: list[dict[str, object]]
    people: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class EscalationPage:
    """`may_propose`: the reader may propose a policy, once it was tried; version `waiting` waits for a
    second person, 0 for none.
    """

    form: PolicyForm
    meanings: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    versions: list[tuple[str, str, list[str]]]
    may_propose: bool
    waiting: int
    proposed: str
    tried: Tried | None = None


def facts_of(definition: Definition) -> list[tuple[str, str]]:
    """The policy in words: each step, then when nothing is sent."""
    facts = [(_step_at(step), _step(step)) for step in definition.steps]
    if definition.quiet:
        data = definition.as_data()["quiet"].replace("-", "–")
        facts.append((_("Quiet hours"), data))
    if definition.quiet_on_days_off:
        facts.append((_("Days off"), _("Nothing is sent; it waits for the next working day.")))
    return facts


def _step_at(step: Step) -> str:
    share = _share(step.at)
    if step.stage == Stage.SOLVE:
        return share
    return _("%(stage)s: %(share)s") % {"stage": step.stage.label, "share": share}


def _share(percent: int) -> str:
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
    beside = (each for each in Stage if each != Stage.SOLVE)
    stages = "\n".join(f"{each.value}: {each.label}" for each in beside)
    return [
        ("[[step]]", _("Begins a step. Leave one out with all its lines to tell nobody of it.")),
        ("stage", _("Whose clock; leave the line out for that of the answer:") + "\n" + stages),
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


def by_whom(shown: PolicyShown) -> list[str]:
    """Who proposed it and what became of it, when and why."""
    told = [_proposed(shown), shown.note] if shown.proposer else [shown.note]
    if shown.adopted_at:
        said = {"when": dates.at_time(shown.adopted_at), "who": _name(shown.adopted_by)}
        told.append(_("put in force by %(who)s, %(when)s") % said)
    if shown.declined_at:
        said = {"when": dates.at_time(shown.declined_at), "who": _name(shown.declined_by)}
        told += [_("declined by %(who)s, %(when)s") % said, shown.because]
    return [each for each in told if each]


def _proposed(shown: PolicyShown) -> str:
    said = {"who": _name(shown.proposed_by), "when": dates.at_time(shown.proposed_at)}
    return _("proposed by %(who)s, %(when)s") % said


def _name(name: dict[str, str]) -> str:
    return localized(name) or _("the command line")


def _version(shown: PolicyShown) -> tuple[str, str, list[str]]:
    address = reverse("staff_desk:escalation_version", args=[shown.number])
    return _("Version %(number)s") % {"number": shown.number}, address, by_whom(shown)


def tried_in_words(definition: Definition, actor: Actor) -> Tried:
    """The policy tried on the cases of the last days, as far as the actor may know of them."""
    found = rehearse(definition, days=DAYS, most=MOST_CASES)
    exact = reads_everything(actor)

    def told(count: int, behind: Behind) -> str:
        """Blurred by how much one case makes of it: telling more people of each makes it no sharper."""
        if not exact:
            count = behind.most * coarse_number(count // behind.most, behind.cases)
        return count_told(count, exact=exact)

    names = staff_names(each.recipient for each in found.people[:MOST_NAMED])
    numbers = {
        "cases": told(found.cases, found.behind_cases),
        "told": told(found.told, found.behind_told),
        "days": DAYS,
    }
    notices = {"label": _("Notices"), "numeric": True}
    return Tried(
        said=_("In %(days)d days %(cases)s cases ran; %(told)s came to a step.") % numbers,
        exact=exact,
        cut=found.cut,
        columns=[
            {"label": pgettext("column", "Step")},
            {"label": pgettext("column", "Whom")},
            {"label": _("Cases"), "numeric": True},
            notices,
        ],
        rows=[
            (
                _step_at(line.step),
                listed(str(each.label) for each in line.step.tell),
                told(line.cases, line.behind_cases),
                told(line.notices, line.behind_notices),
            )
            for line in found.steps
        ],
        people_columns=[
            {"label": pgettext("column", "Who")},
            notices,
            {"label": _("On the worst day"), "numeric": True},
        ],
        people=[
            (
                localized(names.get(each.recipient)),
                told(each.notices, each.behind_notices),
                told(each.most_a_day, each.behind_day),
            )
            for each in found.people[:MOST_NAMED]
        ],
    )


def _page(
    actor: Actor, form: PolicyForm | None = None, tried: Tried | None = None
) -> EscalationPage:
    kept = policies()
    text = kept.in_force.definition.as_text() if kept.in_force else usual()
    return EscalationPage(
        form=form or PolicyForm(initial={"text": text}),
        meanings=_meanings(),
        facts=facts_of(kept.in_force.definition) if kept.in_force else [],
        versions=[_version(each) for each in kept.versions],
        may_propose=may_change(actor),
        waiting=kept.waiting.number if kept.waiting else 0,
        proposed=_proposed(kept.waiting) if kept.waiting else "",
        tried=tried,
    )


def _propose(request: HttpRequest, definition: Definition, note: str) -> HttpResponse:
    number = propose_policy(actor=actor_of(request), definition=definition, note=note)
    if policy_version(number).adopted_at:
        raise Invalid(_("Nothing has changed: this is what is in force."))
    sent(request)
    messages.success(request, _("Proposed. A second person puts it in force."))
    return redirect("staff_desk:escalation_version", number)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text", "note")
def escalation(request: HttpRequest) -> HttpResponse:
    """The policy in force; by POST, try another one on past cases, or propose it."""
    actor = actor_of(request)
    require_reader(actor)
    form = PolicyForm(request.POST) if request.method == "POST" else None
    tried, status = None, 200
    if form is not None:
        status = 422
        if request.POST.get("do") == "propose":
            require_changer(actor)
        try:
            if form.is_valid():
                definition = read_policy(form.cleaned_data["text"])
                if request.POST.get("do") == "propose":
                    return _propose(request, definition, form.cleaned_data["note"])
                tried, status = tried_in_words(definition, actor), 200
        except (Invalid, MovedOn) as refusal:
            form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal))
    page = _page(actor, form, tried)
    resumed(request, page.form)
    return render(request, "staff_desk/escalation.html", {"page": page}, status=status)


urls = [path("escalation/", escalation, name="escalation")]
