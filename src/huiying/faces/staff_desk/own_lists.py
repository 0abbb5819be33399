"""A person's own lists: save the one that is open, rename, remove, begin with one."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from huiying.casework.actions.saved_lists import (
    LONGEST_NAME,
    begin_with,
    remove_list,
    rename_list,
    save_list,
)
from huiying.casework.queues import Wanted, tabs_of
from huiying.casework.saved_lists import ListKept, lists_kept
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.lists import address, wanted_of
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed


class NameForm(forms.Form):
    """The name of a list."""

    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=LONGEST_NAME)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list of one's own, with the form that renames it."""

    name: str
    url: str
    change_url: str
    first: bool
    form: forms.Form


@dataclass(frozen=True, slots=True)
class OwnListsPage:
    """One's own lists."""

    trail: list[tuple[str, str]]
    rows: list[ListRow]


def links_to(kept: list[ListKept], wanted: Wanted) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is the open one) of one's own lists, for the queue."""
    here = address(wanted)
    return [(each.name, address(each.wanted), address(each.wanted) == here) for each in kept]


def first_address(kept: list[ListKept]) -> str:
    """Where this person's queue begins, if they chose a list."""
    return next((address(each.wanted) for each in kept if each.first), "")


def _row(kept: ListKept) -> ListRow:
    return ListRow(
        name=kept.name,
        url=address(kept.wanted),
        change_url=reverse("staff_desk:own_list", args=[kept.id]),
        first=kept.first,
        form=NameForm(initial={"name": kept.name}, auto_id=f"list-{kept.id}-%s"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own_lists(request: HttpRequest) -> HttpResponse:
    """One's own lists; by POST, save the list that the address asks for."""
    actor = actor_of(request)
    if not tabs_of(actor):
        raise NotAllowed
    if request.method == "POST":
        return _save(request, actor)
    trail = [(pgettext("navigation", "Queue"), reverse("staff_desk:queue")), (_("My lists"), "")]
    page = OwnListsPage(trail, [_row(each) for each in lists_kept(actor)])
    return render(request, "staff_desk/own_lists.html", {"page": page})


def _save(request: HttpRequest, actor: Actor) -> HttpResponse:
    wanted = wanted_of(request.GET)
    try:
        kept = save_list(actor=actor, name=request.POST.get("name", ""), wanted=wanted)
    except Invalid as refusal:
        messages.warning(request, str(refusal))
    else:
        said = _("Saved. You find “%(name)s” above your lists.") % {"name": kept.name}
        messages.success(request, said)
    return redirect(address(wanted))


def _renamed(request: HttpRequest, actor: Actor, list_id: int) -> str:
    rename_list(actor=actor, list_id=list_id, name=request.POST.get("name", ""))
    return _("Renamed.")


def _removed(_request: HttpRequest, actor: Actor, list_id: int) -> str:
    remove_list(actor=actor, list_id=list_id)
    return _("Removed. The cases in it are where they were.")


def _first(_request: HttpRequest, actor: Actor, list_id: int) -> str:
    begin_with(actor=actor, list_id=list_id)
    return _("Your queue now opens with this list.")


def _not_first(_request: HttpRequest, actor: Actor, _list_id: int) -> str:
    begin_with(actor=actor, list_id=None)
    return _("Your queue opens with the first list of your role again.")


CHANGES: dict[str, Callable[[HttpRequest, Actor, int], str]] = {
    "rename": _renamed,
    "remove": _removed,
    "first": _first,
    "not_first": _not_first,
}


@require_POST
def own_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Rename or remove one list of one's own, or begin with it."""
    change = CHANGES.get(request.POST.get("do", ""), _renamed)
    try:
        messages.success(request, change(request, actor_of(request), list_id))
    except Invalid as refusal:
        messages.warning(request, str(refusal))
    return redirect("staff_desk:own_lists")


urls = [
    path("lists/", own_lists, name="own_lists"),
    path("lists/<int:list_id>/", own_list, name="own_list"),
]
