"""The acts of the case page: each a form, one verb, and a word afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huiying.casework.actions import (
    extending,
    reporting,
    sorting,
    weighing,
    working,
    writing_back,
)
from huiying.casework.models import CaseFile
from huiying.faces.staff_desk import forms
from huiying.kernel.actors import Actor
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does an act on which case, having seen which version."""

    actor: Actor
    number: int
    seen: int | None

    def call(self, verb: Callable[..., CaseFile], **words: Any) -> CaseFile:
        return verb(actor=self.actor, number=self.number, seen=self.seen, **words)


@dataclass(frozen=True, slots=True)
class Face:
    """How an act looks and what it does. `at_once`: nothing to fill in, so one button does it.

    `again` is the label once it was done; a primary act lies open.
    """

    label: str | Promise
    submit: str | Promise
    form: type[forms.ActForm]
    do: Callable[[Doing, Any], CaseFile]
    done: Callable[[CaseFile], str]
    kind: str = "secondary"
    hint: str | Promise = ""
    at_once: bool = False
    again: str | Promise = ""


def _triage(doing: Doing, form: forms.TriageForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(sorting.triage, category_code=said["category_code"], title=said["title"])


def _assign(doing: Doing, form: forms.AssignForm) -> CaseFile:
    lead = form.cleaned_data["lead_code"]
    return doing.call(sorting.assign, lead_code=lead, support_codes=form.codes())


def _reassign(doing: Doing, form: forms.ReassignForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(
        sorting.reassign,
        lead_code=said["lead_code"],
        support_codes=form.codes(),
        reason=said["reason"],
    )


def _return(doing: Doing, form: forms.ReturnForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(working.return_to_desk, reason=said["reason"], words=said["words"])


def _ask(doing: Doing, form: forms.AskForm) -> CaseFile:
    return doing.call(working.ask_resident, question=form.cleaned_data["question"])


def _decline(doing: Doing, form: forms.DeclineForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(sorting.decline, competent_body=said["competent_body"], reason=said["reason"])


def _close(doing: Doing, form: forms.CloseForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(working.close, outcome=said["outcome"], proof=said["proof"])


def _reopen(doing: Doing, form: forms.ReopenForm) -> CaseFile:
    return doing.call(writing_back.reopen, words=form.cleaned_data["words"])


def _conduct(doing: Doing, form: forms.ConductForm) -> CaseFile:
    return doing.call(sorting.mark_conduct, unit_codes=form.codes(), usernames=form.people())


def _weigh(doing: Doing, form: forms.WeighForm) -> CaseFile:
    said = form.cleaned_data
    return doing.call(
        weighing.weigh_harm,
        facts=form.all_facts(),
        legal_date=said["legal_date"],
        reason=said["reason"],
    )


def _weighed(case: CaseFile) -> str:
    said = {"level": case.need.level.label, "day": day_in_words(case.due_at)}
    return _("Urgency: %(level)s; due on %(day)s now.") % said


def _led(case: CaseFile) -> str:
    return localized(case.lead_unit.name) if case.lead_unit else ""


def _who_signs(case: CaseFile) -> str:
    if case.co_sign:
        return _("The units that help must co-sign the answer.")
    return _("The units that help need not co-sign the answer.")


FACES: dict[str, Face] = {
    "triage": Face(
        pgettext_lazy("act", "Sort"),
        gettext_lazy("Sort it"),
        forms.TriageForm,
        _triage,
        lambda _case: _("Sorted. Wrong category? Sort it again, as long as no unit has it."),
        kind="primary",
        again=gettext_lazy("Sort again"),
    ),
    "assign": Face(
        gettext_lazy("Assign"),
        gettext_lazy("Assign it"),
        forms.AssignForm,
        _assign,
        lambda case: (
            _("Assigned to %(unit)s. If that was a slip, give it to another unit.")
            % {"unit": _led(case)}
        ),
        kind="primary",
    ),
    "reassign": Face(
        gettext_lazy("Give to another unit"),
        gettext_lazy("Give it to them"),
        forms.ReassignForm,
        _reassign,
        lambda case: _("Given to %(unit)s. The clock runs on.") % {"unit": _led(case)},
    ),
    "accept": Face(
        gettext_lazy("Accept"),
        gettext_lazy("Accept"),
        forms.ActForm,
        lambda doing, _form: doing.call(working.accept),
        lambda _case: _("Accepted. If it turns out not to be yours, return it with a reason."),
        kind="primary",
        at_once=True,
    ),
    "ask_resident": Face(
        gettext_lazy("Ask the writer"),
        gettext_lazy("Send the question"),
        forms.AskForm,
        _ask,
        lambda _case: _("The question is on the writer's page. You can go on without an answer."),
    ),
    "resume": Face(
        gettext_lazy("Go on without an answer"),
        gettext_lazy("Go on without an answer"),
        forms.ActForm,
        lambda doing, _form: doing.call(working.resume),
        lambda _case: _("The clock runs again."),
        at_once=True,
    ),
    "return_to_desk": Face(
        gettext_lazy("Return to the desk"),
        gettext_lazy("Return it"),
        forms.ReturnForm,
        _return,
        lambda _case: _("Returned to the desk. The clock runs on."),
    ),
    "decline": Face(
        gettext_lazy("Decline: not ours"),
        gettext_lazy("Decline and tell the writer"),
        forms.DeclineForm,
        _decline,
        lambda _case: _("Declined. The writer can reopen it; so can a supervisor."),
    ),
    "close": Face(
        pgettext_lazy("act", "Close"),
        gettext_lazy("Close it"),
        forms.CloseForm,
        _close,
        lambda _case: _("Closed. The writer can reopen it; so can a supervisor."),
    ),
    "reopen": Face(
        gettext_lazy("Reopen"),
        gettext_lazy("Reopen it"),
        forms.ReopenForm,
        _reopen,
        lambda _case: _("Reopened, with a new clock."),
    ),
    "interim": Face(
        gettext_lazy("Tell the writer how it stands"),
        gettext_lazy("Tell them"),
        forms.InterimForm,
        lambda doing, form: doing.call(reporting.report_interim, words=form.cleaned_data["words"]),
        lambda _case: _("Told. It stands on the writer's page; the clock of the answer runs on."),
    ),
    "ask_extension": Face(
        gettext_lazy("Ask for more time"),
        gettext_lazy("Ask for it"),
        forms.AskExtensionForm,
        lambda doing, form: doing.call(
            extending.ask_extension,
            day=form.cleaned_data["day"],
            reason=form.cleaned_data["reason"],
        ),
        lambda _case: _("Asked. A second person decides; until then the clock stays as it is."),
    ),
    "decide_extension": Face(
        gettext_lazy("Decide on more time"),
        gettext_lazy("Decide"),
        forms.DecideExtensionForm,
        lambda doing, form: doing.call(
            extending.decide_extension,
            granted=form.cleaned_data["decision"] == forms.GRANT,
            words=form.cleaned_data["words"],
        ),
        lambda _case: _("Decided. The unit sees it, and the writer where a later day was granted."),
        kind="primary",
    ),
    "co_signing": Face(
        gettext_lazy("Who must co-sign"),
        gettext_lazy("Keep it so"),
        forms.CoSigningForm,
        lambda doing, form: doing.call(
            sorting.require_co_signing, required=form.cleaned_data["required"]
        ),
        _who_signs,
        hint=gettext_lazy("Then no reviewer decides before they were asked and had their time."),
    ),
    "weigh": Face(
        gettext_lazy("Say what harm is done"),
        gettext_lazy("Keep it so"),
        forms.WeighForm,
        _weigh,
        _weighed,
        hint=gettext_lazy("How urgent it is follows from this list and from nothing else."),
    ),
    "mark_conduct": Face(
        gettext_lazy("Mark as a complaint about conduct"),
        gettext_lazy("Mark it"),
        forms.ConductForm,
        _conduct,
        lambda _case: _("Marked. Those named, and everybody below them, no longer see it."),
        hint=gettext_lazy(
            "Those named, and everybody below them, lose the letter from sight at once. "
            "This can be widened, not undone."
        ),
        again=gettext_lazy("Name somebody else whom it is about"),
    ),
}
