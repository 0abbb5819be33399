"""Notes between units on a case, and the list of those that name the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.casework.actions.noting import open_mention, write_note
from huiying.casework.notes import MentionShown, NoteShown, mentions_of, notes_on
from huiying.casework.policy import find, may_note
from huiying.casework.queues import tabs_of
from huiying.casework.unfinished import Unfinished
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.forms import words_field
from huiying.faces.staff_desk.keeping import keep_address
from huiying.faces.staff_desk.trails import from_case
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotAllowed


class NoteForm(forms.Form):
    """The words of a note."""

    text = words_field(
        gettext_lazy("A note for the units and the desk"),
        gettext_lazy("Write @ and a user name to call somebody's attention. It cannot be changed."),
        rows=3,
    )


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note in words."""

    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class NotesPart:
    """The notes of a case; `form` where the reader may write one."""

    lines: list[NoteLine]
    url: str
    form: forms.Form | None
    keep_url: str = ""
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotePage:
    """Writing a note on a case."""

    title: str
    trail: list[tuple[str, str]]
    notes: NotesPart


@dataclass(frozen=True, slots=True)
class MentionLine:
    """One note that names the reader."""

    title: str
    number: int
    url: str
    unread: bool
    note: NoteLine


@dataclass(frozen=True, slots=True)
class MentionsPage:
    """The notes that name the reader."""

    trail: list[tuple[str, str]]
    rows: list[MentionLine]


def _line(note: NoteShown) -> NoteLine:
    who = " · ".join(filter(None, (localized(note.who), localized(note.unit))))
    return NoteLine(who, note.at, note.text or _("The text was erased."))


def notes_part(
    actor: Actor,
    number: int,
    shown: Iterable[NoteShown],
    form: forms.Form | None = None,
    begun: Unfinished | None = None,
) -> NotesPart:
    """What the case page shows of notes, with a form (perhaps with what was typed or kept)."""
    url = reverse("staff_desk:case_note", args=[number])
    fresh = NoteForm(initial=begun.words if begun else {}, auto_id="note-%s")
    return NotesPart(
        lines=[_line(each) for each in shown],
        url=url,
        form=(form or fresh) if may_note(actor) else None,
        keep_url=keep_address(number, "note"),
        kept_at=begun.at if begun else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Write a note on a case."""
    actor = actor_of(request)
    case = find(actor, number)
    if not may_note(actor):
        raise NotAllowed
    form = NoteForm(request.POST if request.method == "POST" else None, auto_id="note-%s")
    if form.is_bound and form.is_valid():
        try:
            write_note(actor=actor, number=number, text=form.cleaned_data["text"])
        except Invalid as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("The note stands on the case. The writer never sees it."))
            return redirect(reverse("staff_desk:case", args=[number]) + "#notes")
    title = _("Notes between units")
    page = NotePage(
        title, from_case(number, title), notes_part(actor, number, notes_on(case), form)
    )
    return render(
        request, "staff_desk/note.html", {"page": page}, status=422 if form.is_bound else 200
    )


def _mention(shown: MentionShown) -> MentionLine:
    url = reverse("staff_desk:mention", args=[shown.id])
    return MentionLine(shown.title, shown.number, url, shown.unread, _line(shown.note))


@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """The notes that name the reader, newest first."""
    actor = actor_of(request)
    if not tabs_of(actor):
        raise NotAllowed
    trail = [
        (pgettext("navigation", "Queue"), reverse("staff_desk:queue")),
        (_("Notes that name me"), ""),
    ]
    page = MentionsPage(trail, [_mention(each) for each in mentions_of(actor)])
    return render(request, "staff_desk/mentions.html", {"page": page})


@require_POST
def mention(request: HttpRequest, mention_id: int) -> HttpResponse:
    """Open the case of a note that names the reader; from then on it counts as read."""
    number = open_mention(actor=actor_of(request), mention_id=mention_id)
    return redirect(reverse("staff_desk:case", args=[number]) + "#notes")


urls = [
    path("cases/<int:number>/note/", note, name="case_note"),
    path("mentions/", mentions, name="mentions"),
    path("mentions/<int:mention_id>/", mention, name="mention"),
]
