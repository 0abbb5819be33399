"""The case page: the letter, what happened, the clock, and the acts of whoever looks."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.casework.actions.looking import record_opening
from huiying.casework.beside import stands_with
from huiying.casework.reads import CaseShown, case_shown, may_see
from huiying.casework.states import OPEN
from huiying.faces.staff_desk.alerts import BESIDE, alerts_part, matters_part
from huiying.faces.staff_desk.alike import alike_url
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.case_acts import FACES, Doing
from huiying.faces.staff_desk.case_parts import case_page
from huiying.faces.staff_desk.forms import ActForm, TriageForm
from huiying.faces.staff_desk.lists import address, query_of, wanted_of
from huiying.faces.staff_desk.my_next import way_to_next
from huiying.faces.staff_desk.notes import notes_part
from huiying.faces.staff_desk.numbers import numbers_part
from huiying.faces.staff_desk.pages import ActShown
from huiying.faces.staff_desk.suggesting.aid import TAKE
from huiying.faces.staff_desk.undoing import undo_part
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.replies.reads import replies_on_case
from huiying.retention.policy import may_hold

TEMPLATE = "staff_desk/case.html"


@require_safe
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One case, for whoever may see it; of a joined one the case with which its letters stand. With `take`,
    this category stands in the form, and no more.
    """
    shown = case_shown(actor_of(request), number, beside=BESIDE)
    into = stands_with(actor_of(request), shown.case)
    if into is not None:
        words = {"number": number, "into": into}
        messages.info(request, _("Case %(number)d was joined to this one, %(into)d.") % words)
        return redirect("staff_desk:case", into)
    taken = request.GET.get(TAKE, "")
    may_sort = any(act.verb == "triage" and act.allowed for act in shown.acts)
    if not (taken and may_sort):
        return _shown(request, shown)
    form = TriageForm(shown, "triage")
    form.initial["category_code"] = taken
    return _shown(request, shown, act="triage", form=form)


def _shown(
    request: HttpRequest,
    shown: CaseShown,
    *,
    act: str = "",
    form: ActForm | None = None,
    refusal: MovedOn | None = None,
) -> HttpResponse:
    """The page; `form` is that of `act` with what was typed, where it was not done."""
    actor, wanted = actor_of(request), wanted_of(request.GET)
    record_opening(actor=actor, number=shown.number)
    replies = replies_on_case(actor, shown.case)
    onward = way_to_next(actor, wanted, shown.number)
    page = case_page(shown, replies, wanted, act=act, form=form, refusal=refusal)
    page = replace(
        page,
        my_next_url=onward,
        notes=notes_part(actor, shown.number, shown.notes, begun=shown.unfinished.get("note")),
        undo=undo_part(shown),
        alerts=alerts_part(actor, shown.case),
        numbers=numbers_part(actor, shown.number, shown.elsewhere, shown.clock.ended_at),
        matters=matters_part(actor, shown.case),
        alike_url=alike_url(shown),
    )
    if shown.may_join and shown.state in OPEN:
        url = reverse("staff_desk:case_join", args=[shown.number])
        join = ActShown(_("Join to another case"), url, direct=True)
        page = replace(page, acts=[*page.acts, join])
    if shown.may_split:
        url = reverse("staff_desk:case_split", args=[shown.number])
        parts = ActShown(_("Split the letter into parts"), url, direct=True)
        page = replace(page, acts=[*page.acts, parts])
    if may_hold(actor):
        url = reverse("staff_desk:case_hold", args=[shown.number])
        page = replace(page, acts=[*page.acts, ActShown(_("Hold the erasure"), url, direct=True)])
    status = (
        200 if form is None or not form.is_bound else 422 if refusal is None else refusal.status
    )
    return render(request, TEMPLATE, {"page": page}, status=status)


def _data(request: HttpRequest, **changes: Any) -> Any:
    """What was sent; a button alone carries the version in its address."""
    data = request.POST.copy()
    data.setdefault("seen", request.GET.get("seen", ""))
    for name, value in changes.items():
        data[name] = value
    return data


def act(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Do one act on a case, or show the page again with what was typed and why it was not done."""
    if request.method != "POST":
        return redirect("staff_desk:case", number)
    face, actor = FACES[name], actor_of(request)
    shown = case_shown(actor, number, beside=BESIDE)
    if name not in {offered.verb for offered in shown.acts}:
        raise NotAllowed
    form = face.form(shown, name, _data(request))
    if not form.is_valid():
        return _shown(request, shown, act=name, form=form)
    try:
        done = face.do(Doing(actor, number, form.cleaned_data["seen"]), form)
    except Invalid as refusal:
        form.refuse(refusal)
        return _shown(request, shown, act=name, form=form)
    except MovedOn as refusal:
        anew = case_shown(actor, number, beside=BESIDE)
        kept = face.form(anew, name, _data(request, seen=str(anew.version)))
        kept.refuse(refusal)
        return _shown(request, anew, act=name, form=kept, refusal=refusal)
    messages.success(request, face.done(done))
    return _after(request, number)


def _after(request: HttpRequest, number: int) -> HttpResponseRedirect:
    """Back to the case, or to the queue where the act took it out of this person's sight."""
    wanted = wanted_of(request.GET)
    if may_see(actor_of(request), number):
        return redirect(reverse("staff_desk:case", args=[number]) + query_of(wanted))
    return redirect(address(wanted))


urls = [
    path("cases/<int:number>/", case, name="case"),
    *(
        path(f"cases/<int:number>/{name}/", act, {"name": name}, name=f"case_{name}")
        for name in FACES
    ),
]
