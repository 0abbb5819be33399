"""The writers' own words beside a published answer, and setting them aside."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.faces.staff_desk.answer_forms import ReasonForm
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.trails import Trail, from_case
from huiying.kernel.refusals import Invalid
from huiying.replies.actions import own_words
from huiying.replies.reads.own_words import OwnWordsBeside, WordsBeside, words_beside

HINT = gettext_lazy("The writer reads this. For example: a neighbour is named in it.")


@dataclass(frozen=True, slots=True)
class WordsAndForm:
    """One writer's words; `form` is None while they are set aside."""

    words: WordsBeside
    form: ReasonForm | None


@dataclass(frozen=True, slots=True)
class OwnWordsPage:
    """`failed` is the form that has errors."""

    beside: OwnWordsBeside
    letters: list[WordsAndForm]
    failed: ReasonForm | None = None

    @property
    def trail(self) -> Trail:
        return from_case(self.beside.number, _("The writers' own words"))


def _page(beside: OwnWordsBeside, failed: ReasonForm | None = None, at: int = 0) -> OwnWordsPage:
    letters = []
    for words in beside.words:
        form = ReasonForm(prefix=f"words{words.id}", hint=str(HINT))
        if failed is not None and words.id == at:
            form = failed
        letters.append(WordsAndForm(words, None if words.set_aside_because else form))
    return OwnWordsPage(beside, letters, failed)


def _id(request: HttpRequest) -> int:
    text = request.POST.get("words", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(_("Choose one."))
    return int(text)


@require_http_methods(["GET", "HEAD", "POST"])
def beside_answer(request: HttpRequest, label: str) -> HttpResponse:
    """All words beside one answer; each can be set aside with a reason, and put back."""
    actor = actor_of(request)
    found = words_beside(actor, label)
    template = "staff_desk/answers/own_words.html"
    if request.method != "POST":
        return render(request, template, {"page": _page(found)})
    words_id = _id(request)
    if request.POST.get("do") == "put_back":
        own_words.put_back(actor=actor, label=label, words_id=words_id)
        messages.success(request, _("The words stand beside the answer again."))
        return redirect("staff_desk:answer_own_words", label)
    form = ReasonForm(request.POST, prefix=f"words{words_id}", hint=str(HINT))
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            own_words.set_aside(actor=actor, label=label, words_id=words_id, reason=reason)
        except Invalid as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("The words are no longer in view. Their writer reads why."))
            return redirect("staff_desk:answer_own_words", label)
    return render(request, template, {"page": _page(found, form, words_id)}, status=422)


urls = [path("answers/<slug:label>/own-words/", beside_answer, name="answer_own_words")]
