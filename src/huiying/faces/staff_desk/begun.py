"""What somebody typed on a page and has not sent comes back to them: by a button, while they type, and
where sending it failed. `@words_kept` stands on the view, `{% keep_row %}` in its form.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from huiying.accounts.actions.unsent import KEPT_FOR, forget_unsent, keep_unsent
from huiying.accounts.unsent import Unsent, about_case, about_page, of_part, unsent
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.forms import listed_in
from huiying.kernel import time
from huiying.kernel.refusals import Invalid, Refusal

WHILE_TYPING = "X-While-Typing"
KEEP = "keep"
MOST_NUMBERS = 200  # more of them no field holds
PART = "part"  # names the form, where a page has several

type View = Callable[..., HttpResponse]


@dataclass
class Begun:
    """What this person typed on this page before. The view sets `sent` once it is done with the words."""

    place: str
    about: tuple[str, ...]
    keep_url: str
    found: Unsent | None = None
    sent: bool = False

    def words(self, part: str = "") -> dict[str, str]:
        """By field, of this form of the page."""
        known = self.found.words if self.found else {}
        held = [name for name in known if of_part(name, part)]
        return {name.removeprefix(_start(part)): known[name] for name in held}

    def kept_at(self, part: str = "") -> datetime | None:
        return self.found.at if self.found and self.words(part) else None


def _start(part: str) -> str:
    return f"{part}." if part else ""


def begun(request: HttpRequest) -> Begun:
    """That of this request; only where the view has `@words_kept`."""
    found: Begun = request.begun  # type: ignore[attr-defined]
    return found


def sent(request: HttpRequest) -> None:
    """The verb has taken the words: nothing is left to keep."""
    begun(request).sent = True


def resumed[F: forms.BaseForm](request: HttpRequest, form: F, part: str = "") -> F:
    """The form with what was typed in it before, unless it was just sent."""
    if not form.is_bound:
        words = begun(request).words(part)
        form.initial = {
            **form.initial,
            **{name: words[name] for name in words if name in form.fields},
        }
    return form


def words_kept(*fields: str, kept_for: timedelta = KEPT_FOR) -> Callable[[View], View]:
    """Keep what is typed in these fields of the view's page; "text_*" names several.

    A form that was refused, or met somebody else's change, leaves its words here.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def keeping(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            here = _here(request)
            request.begun = here  # type: ignore[attr-defined]
            if request.method != "POST":
                here.found = unsent(actor_of(request), here.place) if _may_have(request) else None
                return view(request, *args, **named)
            typed = _typed(request, fields)
            if KEEP in request.GET:
                return _keep(request, here, typed, kept_for)
            try:
                response = view(request, *args, **named)
            except Refusal:
                _keep_unsent(request, here, typed, kept_for, tell=True)
                raise
            if here.sent:
                forget_unsent(actor=actor_of(request), place=here.place, part=_part(request))
            else:
                moved = response.status_code == 302
                _keep_unsent(request, here, typed, kept_for, tell=moved)
            return response

        return keeping

    return decorate


def _may_have(request: HttpRequest) -> bool:
    """False where this person has nothing kept anywhere; asks nobody."""
    until: datetime | None = request.user.unsent_until  # type: ignore[union-attr]
    return until is not None and until > time.now()


def _here(request: HttpRequest) -> Begun:
    match = request.resolver_match
    names = match.kwargs if match else {}
    about = _about_case(str(names.get("number", request.GET.get("case", ""))))
    rest = [str(each) for name, each in names.items() if name != "number"]
    place = ":".join([match.url_name or "" if match else "", *rest, *([about] if about else [])])
    query = request.GET.copy()
    query[KEEP] = "1"
    if not about and "label" in names:
        about = about_page(str(names["label"])[:34])
    several = tuple(dict.fromkeys(each for each in (about, *_about_typed(request)) if each))
    return Begun(place[:100], several, f"{request.path}?{query.urlencode()}")


def _about_case(number: str) -> str:
    plain = number.isascii() and number.isdecimal() and len(number) < 13
    return about_case(int(number)) if plain else ""


def _about_typed(request: HttpRequest) -> list[str]:
    """By the cases whose numbers stand in the form."""
    typed = listed_in(f"{request.POST.get('number', '')} {request.POST.get('numbers', '')}")
    return [_about_case(each) for each in typed[:MOST_NUMBERS]]


def _part(request: HttpRequest) -> str:
    return request.POST.get(PART, "")[:20]


def _typed(request: HttpRequest, fields: Iterable[str]) -> dict[str, str]:
    start = _start(_part(request))
    return {
        f"{start}{name}": str(request.POST[name]).replace("\r\n", "\n")
        for name in request.POST
        if any(fnmatchcase(name, each) for each in fields)
    }


def _keep_unsent(
    request: HttpRequest, here: Begun, typed: dict[str, str], kept_for: timedelta, *, tell: bool
) -> None:
    """Keep what a form brought that was not done."""
    if not any(text.strip() for text in typed.values()):
        return
    try:
        keep_unsent(
            actor=actor_of(request),
            place=here.place,
            words=typed,
            about=here.about,
            kept_for=kept_for,
        )
    except Invalid as refusal:
        if tell:
            messages.warning(request, str(refusal))
        return
    if tell:
        messages.info(request, _("What you wrote is kept, and stands in its form again."))


def _keep(
    request: HttpRequest, here: Begun, typed: dict[str, str], kept_for: timedelta
) -> HttpResponse:
    """Keep what was typed so far, or forget it."""
    actor, said, level = actor_of(request), _("There is nothing to keep."), messages.INFO
    try:
        if request.POST.get("forget"):
            forget_unsent(actor=actor, place=here.place, part=_part(request))
            said = _("Thrown away.")
        elif keep_unsent(
            actor=actor, place=here.place, words=typed, about=here.about, kept_for=kept_for
        ):
            said, level = _kept_for(kept_for), messages.SUCCESS
    except Invalid as refusal:
        said, level = str(refusal), messages.WARNING
    if WHILE_TYPING in request.headers:
        return HttpResponse(status=422 if level == messages.WARNING else 204)
    messages.add_message(request, level, said)
    query = request.GET.copy()
    del query[KEEP]
    return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)


def _kept_for(kept_for: timedelta) -> str:
    if kept_for < timedelta(days=2):
        return _("Kept for a day. It stands here when you come back; only you see it.")
    return _("Kept for seven days. It stands here when you come back; only you see it.")
