"""Writing in: one page, one form, no session; the receipt is the answer to the POST."""

import functools
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from huiying.agencies.reads import unit_choices
from huiying.casework.actions.receiving import CaseReceipt, receive
from huiying.faces.look.dates import at_time, on_day
from huiying.faces.look.frames import render_framed
from huiying.faces.look.helping import helper_shown
from huiying.faces.public_site.alike import PublicAlikePart, alike_part
from huiying.faces.public_site.enclosures import enclose
from huiying.faces.public_site.forms import WriteForm
from huiying.faces.public_site.origin import address_of, same_origin
from huiying.faces.public_site.pages import DangerPage, ReceiptPage, WritePage
from huiying.intake.receipts import grouped
from huiying.intake.uploads import Upload
from huiying.intake.ways import offered
from huiying.kernel.actors import Actor
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal
from huiying.notices.states import Way
from huiying.replies.reads.alike import case_answered_at
from huiying.routing.reads import category_groups

LONGEST_ADDRESS = 32
LETTERS_PER_ADDRESS = 30  # in a quarter of an hour; a whole office may share one address
RESIDENT = Actor("resident")
NEEDS_ITS_FORM = frozenset({"waiting", "change", "look", "for_other"})
OF_ONE_LETTER = ("code", "code_grouped", "secret", "received", "received_iso", "due_day")


def _form(data: QueryDict | None = None) -> WriteForm:
    return WriteForm(
        data,
        groups=functools.partial(category_groups, offered_only=True),
        units=functools.partial(unit_choices, leave_out_root=True),
    )


def _page(
    request: HttpRequest,
    form: WriteForm,
    status: int = 200,
    alike: PublicAlikePart | None = None,
) -> HttpResponse:
    form.read_lists()
    page = WritePage(form, alike)
    return render(request, "public_site/write.html", {"page": page}, status=status)


@functools.lru_cache(maxsize=8)
def _prototype(_ways: tuple[Way, ...], _files: int) -> WriteForm:
    """One form for each of the settings by which forms differ."""
    return _form()


def plain_form(request: HttpRequest) -> WriteForm | None:
    """A form that took the letter and has nothing to say; None where one is needed that can be shown."""
    sent = request.POST
    if request.FILES or not NEEDS_ITS_FORM.isdisjoint(sent):
        return None
    form = _prototype(offered(), settings.FILES_AT_ONCE).sharing_fields(sent)
    return form if form.is_valid() and not form.cleaned_data["danger"] else None


@login_not_required
@same_origin
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """The form; on POST the receipt, or first the emergency numbers where somebody is in danger."""
    if request.method != "POST":
        return _page(request, _form())
    plain = plain_form(request)
    if plain is not None:
        return _take_in(request, plain)
    form = _form(request.POST)
    form.is_valid()
    files = enclose(request, form)
    if "look" in request.POST:
        return _look(request, form)
    if form.errors or "change" in request.POST:
        return _page(request, form, 422 if form.errors else 200, _again(request))
    if form.cleaned_data["danger"] and "sure" not in request.POST:
        form.read_lists()
        return render(request, "public_site/danger.html", {"page": DangerPage(form)})
    return _take_in(request, form, files, shown=form)


def _look(request: HttpRequest, sent: WriteForm) -> HttpResponse:
    """The form as it was `sent`, with what is public about the same; its words are not judged or kept."""
    form, given = _form(), request.POST.dict()
    form.initial = {**given, "named_units": request.POST.getlist("named_units")}
    if "enclosed" in sent.fields:  # with the files that wait
        form.fields["enclosed"] = sent.fields["enclosed"]
    return _page(request, form, alike=alike_part(request, given, asked=True))


def _again(request: HttpRequest) -> PublicAlikePart | None:
    """What "me too" was said to, where the letter has something to mend first."""
    if "me_too" not in request.POST:
        return None
    return alike_part(request, request.POST.dict(), asked=True)


def _take_in(
    request: HttpRequest,
    form: WriteForm,
    files: Sequence[Upload] = (),
    *,
    shown: WriteForm | None = None,
) -> HttpResponse:
    """The receipt; where the letter is refused, the page with the form `shown`, or with a new one."""
    me_too, same_as = form.cleaned_data["me_too"], 0
    letter = form.letter(get_language() or "", files)
    try:
        if me_too and not letter.conduct:
            same_as = case_answered_at(me_too[:LONGEST_ADDRESS])
        count_try("write", address_of(request), most=LETTERS_PER_ADDRESS)
        receipt = receive(
            actor=RESIDENT,
            letter=letter,
            form_key=form.cleaned_data["form_key"],
            files=files,
            same_as=same_as,
        )
    except Refusal as refusal:
        page = shown or _form(request.POST)
        page.add_error(refusal.field if refusal.field in page.fields else None, str(refusal))
        return _page(request, page, refusal.status)
    given = _receipt(request, receipt, hears_by=form.way(), files=len(files), me_too=bool(same_as))
    if given.helper:
        return render(request, "public_site/receipt.html", {"page": given})
    return render_framed(request, "public_site/receipt.html", given, OF_ONE_LETTER)


def _receipt(
    request: HttpRequest, receipt: CaseReceipt, *, hears_by: str, files: int, me_too: bool
) -> ReceiptPage:
    return ReceiptPage(
        code=receipt.code,
        code_grouped=grouped(receipt.code),
        secret=grouped(receipt.secret),
        received=at_time(receipt.received_at),
        received_iso=timezone.localtime(receipt.received_at).isoformat(timespec="seconds"),
        due_day=on_day(receipt.due_at),
        again=receipt.again,
        follow_url=request.build_absolute_uri(reverse("public_site:follow")),
        hears_by=hears_by,
        files=files,
        me_too=me_too,
        helper=helper_shown(receipt.helper) if receipt.helper else None,
    )


urls = [path("write/", write, name="write")]
