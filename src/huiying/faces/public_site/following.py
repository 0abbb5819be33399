"""Following a letter with code and secret, and the writer's acts on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from huiying.casework.actions import writing_back
from huiying.casework.actions.helping import note_opening_by_helper
from huiying.casework.errors import NotAnswered, NotWaiting
from huiying.casework.following import LetterPage, followed_label, letter_page, said_before
from huiying.casework.splitting.letters import own_part, own_parts
from huiying.casework.stages.wording import stage_in_words
from huiying.faces.look.files import files_shown
from huiying.faces.look.harm import urgency_shown
from huiying.faces.look.several_files import FilesField
from huiying.faces.public_site.enclosures import enclose
from huiying.faces.public_site.forms import (
    AnswerForm,
    FollowForm,
    OnLetterForm,
    ReachForm,
    ReopenForm,
    VerdictForm,
    WithdrawalForm,
    WordsAndFilesForm,
)
from huiying.faces.public_site.letter_files import address_of_file
from huiying.faces.public_site.letter_guard import SeeOther, on_letter, on_letter_or_helping
from huiying.faces.public_site.opened import forget, opened, remember
from huiying.faces.public_site.origin import address_of, same_origin
from huiying.faces.public_site.own_words import ShowWordsForm, decide
from huiying.faces.public_site.pages import FollowedPage, FollowPage, PartOfPage, WithdrawPage
from huiying.intake.errors import AlreadyReceived, HelpEnded
from huiying.intake.helping import label_of
from huiying.intake.reads import open_with
from huiying.intake.uploads import Upload, form_key_with
from huiying.kernel.actors import Actor
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal
from huiying.notices.states import Way
from huiying.replies.reads import answers_for_submission
from huiying.replies.reads.own_words import offer_beneath
from huiying.replies.reads.publication import with_publication_for
from huiying.retention.reads import own_erasure


@login_not_required
@same_origin
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for code and secret; open the letter where they fit."""
    if request.method != "POST":
        page = FollowPage(FollowForm(), open_already=opened(request) is not None)
        return render(request, "public_site/follow.html", {"page": page})
    form, status = FollowForm(request.POST), 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            actor = open_with(
                code=given["code"],
                secret=given["secret"],
                address=address_of(request),
                helpers=True,
            )
            helper = label_of(actor)
            if helper:
                note_opening_by_helper(actor=actor)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            response = SeeOther("letter")
            remember(response, followed_label(actor), helper=helper)
            return response
    return render(request, "public_site/follow.html", {"page": FollowPage(form)}, status=status)


def _prefix(name: str, place: int) -> str:
    """Of the form for an act on the letter, or on its part at this place."""
    return f"{name}{place}" if place else name


def _urls(place: int) -> dict[str, str]:
    """Where the acts on the letter, or on its part at this place, are sent."""
    if not place:
        return {act.name: reverse(f"public_site:letter_{act.name}") for act in ACTS}
    return {name: reverse(f"public_site:part_{name}", args=[place]) for name in ON_PART}


def _whole_page(actor: Actor) -> FollowedPage:
    """The page of the writer's letter, with its parts where it was split."""
    page = _page_of(letter_page(actor))
    if not page.letter.parted:
        return page
    parts = tuple(
        PartOfPage(place, _page_of(letter_page(acting), place))
        for place, acting in own_parts(actor)
    )
    return replace(page, parts=parts)


def _page_of(letter: LetterPage, place: int = 0) -> FollowedPage:
    answers = tuple(answers_for_submission(letter.submission_id))
    own_words = offer_beneath(answers, letter)
    known = {
        "vote": {"verdict": letter.vote},
        "reach": {"hears_by": letter.hears_by},
        "show": own_words.said if own_words else {},
    }
    may_show = own_words is not None and own_words.is_open
    forms = {
        act.name: act.form(
            label=letter.label, prefix=_prefix(act.name, place), initial=known.get(act.name)
        )
        for act in ACTS
        if (not place or act.name in ON_PART)
        and (may_show if act.name == "show" else getattr(letter.may, act.name))
    }
    files = files_shown(letter.files, address_of_file)
    erasure = own_erasure(letter.submission_id, letter.label)
    return FollowedPage(
        letter=letter,
        answers=answers,
        forms=forms,
        erasure=erasure,
        files=files,
        reopened=letter.clock.ended_at is None and not letter.withdrawn,
        hears_by=str(Way(letter.hears_by).label) if letter.hears_by else "",
        own_words=own_words,
        stages=[
            stage_in_words(each)
            for each in with_publication_for(letter.stages, letter.submission_id)
        ],
        urgency=urgency_shown(letter.why, own=True),
        urls=_urls(place),
    )


def _show(request: HttpRequest, page: FollowedPage, status: int = 200) -> HttpResponse:
    return render(request, "public_site/letter.html", {"page": page}, status=status)


@on_letter_or_helping
def letter(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The opened letter."""
    return _show(request, _whole_page(actor))


@dataclass(frozen=True, slots=True)
class Act:
    """A form on the letter's page, the verb behind it, and what is said when it is done.

    `name` is also the field of `MayDo` that says whether the act is the writer's now; `show` hangs on
    the answer instead.
    """

    name: str
    form: type[OnLetterForm]
    do: Callable[[Actor, dict[str, Any]], None]
    done: str | Promise


ACTS = (
    Act(
        "add",
        WordsAndFilesForm,
        lambda actor, given: writing_back.add_words(
            actor=actor, text=given["text"], form_key=given["form_key"], files=given["uploads"]
        ),
        _("Your words have been added to your letter."),
    ),
    Act(
        "answer",
        AnswerForm,
        lambda actor, given: writing_back.answer_question(
            actor=actor, text=given["text"], form_key=given["form_key"], files=given["uploads"]
        ),
        _("Thank you. Your answer has arrived, and the clock runs again."),
    ),
    Act(
        "vote",
        VerdictForm,
        lambda actor, given: writing_back.vote(actor=actor, verdict=given["verdict"]),
        _("Thank you. What you say counts; you can change it at any time."),
    ),
    Act(
        "reopen",
        ReopenForm,
        lambda actor, given: writing_back.reopen_own(
            actor=actor, text=given["text"], form_key=given["form_key"]
        ),
        _("Your letter has been taken up again."),
    ),
    Act(
        "reach",
        ReachForm,
        lambda actor, given: writing_back.change_way(
            actor=actor, hears_by=given["way"], contact=given["contact"]
        ),
        _("From now on you hear from us in this way."),
    ),
    Act("show", ShowWordsForm, decide, _("Done. You can change this at any time.")),
)


# What can be done on one part of a letter, and what a helper may do; the rest belongs to the letter as a
# whole, and to its writer alone.
ON_PART = ("add", "answer", "vote", "reopen")

# In a quarter of an hour; nobody who only writes meets it.
ACTS_PER_LETTER = 20


def _view_of(act: Act) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, actor: Actor, place: int = 0) -> HttpResponse:
        if request.method != "POST":
            return SeeOther("letter")
        acting = own_part(actor, place) if place else actor
        form = act.form(
            data=request.POST, label=followed_label(acting), prefix=_prefix(act.name, place)
        )
        form.is_valid()
        uploads = enclose(request, form)
        if form.errors:
            return _with_form(request, actor, act, form, place)
        try:
            count_try("letter", followed_label(actor), most=ACTS_PER_LETTER)
            act.do(acting, form.cleaned_data | {"uploads": uploads} | form.more())
        except HelpEnded:
            raise  # and no page of the letter
        except Refusal as refusal:
            if not _was_done_before(acting, form, uploads, refusal):
                return _with_refusal(request, actor, form, refusal, place)
        messages.success(request, str(act.done))
        return SeeOther("letter")

    view.__name__, view.__doc__ = act.name, f"The writer's act: {act.name}."
    return on_letter_or_helping(view) if act.name in ON_PART else on_letter(view)


def _was_done_before(
    actor: Actor, form: OnLetterForm, uploads: Sequence[Upload], refusal: Refusal
) -> bool:
    """Whether the refusal only means that the same form was sent twice."""
    if isinstance(refusal, AlreadyReceived):
        return True
    if not isinstance(refusal, NotWaiting | NotAnswered):
        return False
    given = form.cleaned_data
    form_key = form_key_with(given["form_key"], uploads)
    return said_before(actor, text=given.get("text", ""), form_key=form_key)


def _with_form(
    request: HttpRequest, actor: Actor, act: Act, form: OnLetterForm, place: int = 0
) -> HttpResponse:
    page = _whole_page(actor)
    concerned = _at(page, place)
    if act.name not in concerned.forms:
        problem = " ".join(str(error) for error in form.non_field_errors())
        return _show(request, _refused(page, form, problem or str(Refusal()), place), 422)
    forms = {**concerned.forms, act.name: form}
    page = _with(page, replace(concerned, forms=forms), place)
    return _show(request, replace(page, failed=form), 422)


def _with_refusal(
    request: HttpRequest, actor: Actor, form: OnLetterForm, refusal: Refusal, place: int = 0
) -> HttpResponse:
    page = _refused(_whole_page(actor), form, str(refusal), place)
    return _show(request, page, refusal.status)


def _at(page: FollowedPage, place: int) -> FollowedPage:
    """The letter, or its part at this place."""
    return next((part.page for part in page.parts if part.place == place), page)


def _with(page: FollowedPage, changed: FollowedPage, place: int) -> FollowedPage:
    if not place:
        return changed
    parts = (replace(part, page=changed) if part.place == place else part for part in page.parts)
    return replace(page, parts=tuple(parts))


def _refused(page: FollowedPage, form: OnLetterForm, problem: str, place: int) -> FollowedPage:
    """The page with the problem at its head, and what was typed kept where it belongs."""
    concerned = _keeping(_at(page, place), form, problem, place)
    page = _with(page, concerned, place)
    return replace(page, problem=problem, kept=concerned.kept)


def _keeping(page: FollowedPage, form: OnLetterForm, problem: str, place: int = 0) -> FollowedPage:
    """The page with the problem said, and what was typed ready to be sent as an addition."""
    typed = str(form.data.get(form.add_prefix("text"), ""))
    if "add" not in page.forms or not typed:
        return replace(page, problem=problem, kept=typed)
    prefix = _prefix("add", place)
    add = WordsAndFilesForm(label=page.letter.label, prefix=prefix, initial={"text": typed})
    _carry_files(form, add)
    return replace(page, problem=problem, forms={**page.forms, "add": add})


def _carry_files(source: OnLetterForm, target: OnLetterForm) -> None:
    """What was chosen with words that did not fit goes on with them."""
    chosen, shown = source.fields.get("enclosed"), target.fields.get("enclosed")
    if isinstance(chosen, FilesField) and isinstance(shown, FilesField):
        shown.waiting = chosen.waiting


@on_letter
def withdraw(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask once more, and whether anybody pressed; then end the letter."""
    page = _whole_page(actor)
    posted = request.method == "POST"
    if not page.letter.may.withdraw and not posted:
        return SeeOther("letter")
    label = page.letter.label
    form = WithdrawalForm(data=request.POST if posted else None, label=label, prefix="withdraw")
    if not posted or not form.is_valid():
        shown = WithdrawPage(page.letter.title, form)
        return render(
            request, "public_site/withdraw.html", {"page": shown}, status=422 if posted else 200
        )
    if not page.letter.withdrawn:
        try:
            writing_back.withdraw(actor=actor, pressed=form.cleaned_data["pressed"])
        except Refusal as refusal:
            return _with_refusal(request, actor, form, refusal)
    messages.success(request, _("Your letter is withdrawn."))
    return SeeOther("letter")


@login_not_required
@same_origin
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Close the letter in this browser."""
    response = SeeOther("follow")
    if request.method == "POST":
        forget(response)
        messages.success(request, _("Your letter is closed in this browser."))
    return response


urls = [
    path("follow/", follow, name="follow"),
    path("follow/letter/", letter, name="letter"),
    *(path(f"follow/letter/{act.name}/", _view_of(act), name=f"letter_{act.name}") for act in ACTS),
    *(
        path(f"follow/letter/part/<int:place>/{act.name}/", _view_of(act), name=f"part_{act.name}")
        for act in ACTS
        if act.name in ON_PART
    ),
    path("follow/letter/withdraw/", withdraw, name="letter_withdraw"),
    path("follow/letter/leave/", leave, name="letter_leave"),
]
