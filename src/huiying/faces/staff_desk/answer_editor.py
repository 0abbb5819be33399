"""Writing an answer, and correcting one: the editor, the letter beside it, the preview."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiying.casework.actions.looking import record_opening
from huiying.faces.staff_desk.answer_forms import (
    AnswerForm,
    CorrectionForm,
    CorrectionTextForm,
    TextForm,
)
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import begun, resumed, sent, words_kept
from huiying.faces.staff_desk.letters_beside import LetterBeside, letters_beside
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid, MovedOn, Refusal
from huiying.replies.actions import mending, writing
from huiying.replies.actions.reviewing import finish_unreviewed
from huiying.replies.models import Reply
from huiying.replies.reads.editing import Editor, Said, correction_editor, editor, said
from huiying.replies.reads.previewing import Previewed, previewed
from huiying.replies.states import State
from huiying.replies.words import Words

type EditorForm = AnswerForm | CorrectionTextForm


@dataclass(frozen=True, slots=True)
class AnswerEditorPage:
    """The editor. `theirs` are the words that somebody else saved meanwhile, `problem` what went wrong."""

    editor: Editor
    form: EditorForm
    theirs: Words | None = None
    problem: str = ""

    @property
    def letters(self) -> list[LetterBeside]:
        return letters_beside(self.editor.letters)

    @property
    def trail(self) -> Trail:
        here = _("Correct the answer") if self.editor.corrects else _("Write the answer")
        return from_case(self.editor.number, here)


@dataclass(frozen=True, slots=True)
class KeptTextPage:
    """The editor is gone, and what was typed is not."""

    problem: str
    form: EditorForm
    number: int

    @property
    def trail(self) -> Trail:
        return from_case(self.number, _("Write the answer"))


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    said: Said
    form: CorrectionForm

    @property
    def trail(self) -> Trail:
        return from_case(self.said.number, _("Correct the answer"))


@dataclass(frozen=True, slots=True)
class AnswerPreviewPage:
    previewed: Previewed

    @property
    def trail(self) -> Trail:
        return from_case(self.previewed.number, _("Preview"))


EDITOR = "staff_desk/answers/editor.html"
CORRECT = "staff_desk/answers/correct.html"
TYPED = ("title", "question", "text", "outcome", "audience", "seen")
COMPLETE = ("submit", "send_unreviewed")  # buttons with which a text leaves its writer


def _initial(found: Editor) -> dict[str, object]:
    return asdict(found.words) | {"label": found.label, "seen": found.version or ""}


def _blank(found: Editor) -> AnswerForm:
    return AnswerForm(initial=_initial(found), why_private=found.why_private)


def _blank_correction(found: Editor) -> CorrectionTextForm:
    return CorrectionTextForm(initial=_initial(found))


def _opened(
    request: HttpRequest, found: Editor, blank: Callable[[Editor], EditorForm]
) -> HttpResponse:
    """The editor, with what this person typed and did not save, if they worked on the version that is there.
    Otherwise both texts stand on the page.
    """
    form, words = blank(found), begun(request).words()
    if not words or (found.may_edit and words.get("seen", "") == str(found.version or "")):
        return _page(request, found, resumed(request, form))
    data = {**form.initial, **words, "label": found.label, "seen": str(found.version or "")}
    form.is_bound, form.data = True, QueryDict(urlencode(data))
    theirs = found.words if found.may_edit else None
    problem = _("Another version was saved since you wrote this.") if theirs else ""
    return _page(request, found, form, theirs=theirs, problem=problem)


def _refused(form: forms.Form, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _after(request: HttpRequest, reply: Reply) -> HttpResponse:
    """Where a saved text leads: to its preview, or back to the editor with a word about it."""
    sent(request)
    wish = request.POST.get("do")
    if wish == "send_unreviewed" and reply.state == State.SENT:
        messages.success(request, _("Sent to the writer. The case is answered."))
        return redirect("staff_desk:answer_review", reply.label)
    if wish == "preview":
        return redirect("staff_desk:answer_preview", reply.label)
    if wish == "submit":
        messages.success(request, _("Handed to a reviewer. You can still take it back."))
    else:
        messages.success(request, _("Saved as version %(version)d.") % {"version": reply.version})
    return _editor_of(reply)


def _with_newer(form: forms.Form, found: Editor) -> None:
    """Let the next save follow the version that is there now; the typed words stay."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["label"], data["seen"] = found.label, str(found.version or "")
    form.data = data


def _page(
    request: HttpRequest,
    found: Editor,
    form: EditorForm,
    refusal: MovedOn | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    record_opening(actor=actor_of(request), number=found.number)
    if refusal is not None:
        more = {"theirs": found.words, "problem": str(refusal)}
        status = refusal.status
    page = AnswerEditorPage(found, form, **more)
    return render(request, EDITOR, {"page": page}, status=status)


def _write(request: HttpRequest, number: int, form: EditorForm) -> Reply:
    """The verb that the pressed button asks for."""
    actor, words = actor_of(request), form.words()
    label, seen = form.cleaned_data["label"], form.cleaned_data["seen"] or 0
    if request.POST.get("do") == "submit":
        return writing.put_forward(actor=actor, number=number, label=label, seen=seen, words=words)
    if request.POST.get("do") == "send_unreviewed":
        return finish_unreviewed(actor=actor, number=number, label=label, seen=seen, words=words)
    if label:
        return writing.save(actor=actor, label=label, seen=seen, words=words)
    return writing.draft(actor=actor, number=number, words=words)


def _complete(request: HttpRequest, form: TextForm) -> bool:
    """Whether the form is good for the button that was pressed; otherwise it says all that is missing."""
    if not form.is_valid():
        return False
    if request.POST.get("do") in COMPLETE:
        for field, sentence in form.words().problems(complete=True).items():
            if field in form.fields:
                form.add_error(field, str(sentence))
    return not form.errors


def _posted(
    request: HttpRequest, found: Editor, form: EditorForm, again: Callable[[], Editor]
) -> HttpResponse:
    """Save or hand over. Where somebody else was first, both texts stand on the page."""
    if not _complete(request, form):
        return _page(request, found, form, status=422)
    try:
        reply = _write(request, found.number, form)
    except Invalid as refusal:
        _refused(form, refusal)
        return _page(request, found, form, status=422)
    except MovedOn as refusal:
        try:
            newer = again()
        except Refusal as gone:
            return _kept(request, form, gone, found.number)
        _with_newer(form, newer)
        return _page(request, newer, form, refusal)
    return _after(request, reply)


def _kept(request: HttpRequest, form: EditorForm, refusal: Refusal, number: int) -> HttpResponse:
    page = KeptTextPage(str(refusal), form, number)
    return render(request, "staff_desk/answers/kept.html", {"page": page}, status=refusal.status)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(*TYPED)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The editor of the answer to a case; the button says whether to save, preview or hand over."""

    def find() -> Editor:
        return editor(actor_of(request), number)

    if request.method != "POST":
        return _opened(request, find(), _blank)
    try:
        found = find()
    except Refusal as gone:
        return _kept(request, AnswerForm(request.POST, why_private=""), gone, number)
    form = AnswerForm(request.POST, why_private=found.why_private)
    return _posted(request, found, form, find)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(*TYPED)
def correcting(request: HttpRequest, label: str) -> HttpResponse:
    """The editor of a correction that was begun."""

    def find() -> Editor:
        return correction_editor(actor_of(request), label)

    found = find()
    if request.method != "POST":
        return _opened(request, found, _blank_correction)
    return _posted(request, found, CorrectionTextForm(request.POST), find)


@require_POST
def take_back(request: HttpRequest, label: str) -> HttpResponse:
    """Out of review, to write on."""
    reply = writing.take_back(actor=actor_of(request), label=label)
    messages.success(request, _("You have it back. The reviewer no longer sees it."))
    return _editor_of(reply)


@require_POST
def give_up(request: HttpRequest, label: str) -> HttpResponse:
    """End a draft that is not needed any more."""
    writing.abandon(actor=actor_of(request), label=label)
    messages.success(request, _("The draft has ended. Its versions stay in the record."))
    return redirect("staff_desk:answers")


def _editor_of(reply: Reply) -> HttpResponseRedirect:
    if reply.corrects_id is not None:
        return redirect("staff_desk:answer_correcting", reply.label)
    return redirect("staff_desk:answer_edit", reply.case.number)


@require_safe
def preview(request: HttpRequest, label: str) -> HttpResponse:
    """Exactly what its readers will see."""
    page = AnswerPreviewPage(previewed(actor_of(request), label))
    return render(request, "staff_desk/answers/preview.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(*TYPED, "reason")
def correct(request: HttpRequest, label: str) -> HttpResponse:
    """Begin the correction of what was said; there is one at a time."""
    if request.method == "POST":
        try:
            return _begin_correction(request, label)
        except MovedOn as refusal:
            return _somebody_was_first(request, label, refusal)
    found = said(actor_of(request), label, verb="correct")
    if found.correction_begun:
        return redirect("staff_desk:answer_correcting", found.correction_begun)
    form = resumed(request, CorrectionForm(initial=asdict(found.words)))
    page = CorrectionPage(found, form)
    return render(request, CORRECT, {"page": page})


def _begin_correction(request: HttpRequest, label: str) -> HttpResponse:
    actor, form = actor_of(request), CorrectionForm(request.POST)
    if _complete(request, form):
        begin = mending.correct
        if request.POST.get("do") == "submit":
            begin = mending.correct_and_submit
        try:
            reply = begin(
                actor=actor,
                label=label,
                words=form.words(),
                reason=form.cleaned_data["reason"],
                hides_earlier=form.cleaned_data["hides_earlier"],
            )
        except Invalid as refusal:
            _refused(form, refusal)
        else:
            return _after(request, reply)
    page = CorrectionPage(said(actor, label, verb="correct"), form)
    return render(request, CORRECT, {"page": page}, status=422)


def _somebody_was_first(request: HttpRequest, label: str, refusal: MovedOn) -> HttpResponse:
    """A colleague's correction beside what was typed, or the typed words alone."""
    actor, form = actor_of(request), CorrectionTextForm(request.POST)
    try:
        begun = said(actor, label, verb="correct").correction_begun
        newer = correction_editor(actor, begun)
    except Refusal:
        return _kept(request, form, refusal, previewed(actor, label).number)
    _with_newer(form, newer)
    return _page(request, newer, form, refusal)


urls = [
    path("cases/<int:number>/answer/", edit, name="answer_edit"),
    path("answers/<slug:label>/take-back/", take_back, name="answer_take_back"),
    path("answers/<slug:label>/give-up/", give_up, name="answer_give_up"),
    path("answers/<slug:label>/preview/", preview, name="answer_preview"),
    path("answers/<slug:label>/correct/", correct, name="answer_correct"),
    path("answers/<slug:label>/text/", correcting, name="answer_correcting"),
]
