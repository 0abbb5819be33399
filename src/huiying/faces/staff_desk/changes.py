"""What changed in one's cases since one last looked, and saying that one has."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.casework.actions.having_looked import have_looked
from huiying.casework.changes import MOST, Change, changes_since, kinds_of, looked_at
from huiying.casework.notes import unread
from huiying.casework.queues import tabs_of
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

HEADINGS = {
    "new": gettext_lazy("New letters"),
    "given": gettext_lazy("Given to a unit"),
    "returned": gettext_lazy("Returned to the desk"),
    "reopened": gettext_lazy("Taken up again"),
    "wrote": gettext_lazy("The writer wrote"),
    "answered": pgettext_lazy("news", "Answered"),
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One case with news; `state` is where it stands now."""

    url: str
    title: str
    number: int
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The news by kind; `upto` is the moment of this page, `more` where there is more than it shows."""

    trail: Trail
    since: datetime
    upto: str
    groups: list[tuple[str, str, list[ChangeRow]]]
    mentions: int
    more: bool


def _row(change: Change) -> ChangeRow:
    url = reverse("staff_desk:case", args=[change.number])
    return ChangeRow(url, change.title, change.number, change.state, change.at)


def _page(actor: Actor) -> ChangesPage:
    now, since = time.now(), looked_at(actor)
    found = changes_since(actor, since)
    groups = [
        (kind, str(HEADINGS[kind]), [_row(each) for each in found if each.kind == kind])
        for kind in kinds_of(actor)
    ]
    return ChangesPage(
        trail=[
            (pgettext("navigation", "Queue"), reverse("staff_desk:queue")),
            (pgettext("news", "What changed"), ""),
        ],
        since=since,
        upto=now.isoformat(),
        groups=[group for group in groups if group[2]],
        mentions=unread(actor),
        more=len(found) == MOST,
    )


def _moment(text: str) -> datetime:
    """The moment that the page carried; now, where it is none."""
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        found = None
    return found if found is not None and found.tzinfo is not None else time.now()


@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """The news; by POST, say that one has read it."""
    actor = actor_of(request)
    if not tabs_of(actor):
        raise NotAllowed
    if request.method == "POST":
        have_looked(actor=actor, upto=_moment(request.POST.get("upto", "")))
        messages.success(request, _("From now on, only what is newer stands here."))
        return redirect("staff_desk:changes")
    return render(request, "staff_desk/changes.html", {"page": _page(actor)})


urls = [path("changes/", changes, name="changes")]
