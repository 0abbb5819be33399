"""What is public about the matter that somebody is writing about, while they write: read it, or say "me too".

Nothing is kept of what is asked, and a lookup that fails is a list that does not come.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from huiying.faces.look.alike import why_in_words
from huiying.faces.look.dates import on_day
from huiying.faces.public_site.origin import address_of, same_origin
from huiying.finding.errors import TooSlow
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import TooMany
from huiying.replies.reads.alike import PublicAlike, public_alike

LOOKS_PER_ADDRESS = 240  # in a quarter of an hour; a whole office may share one address
FEWEST = 6  # characters: fewer say nothing
LONGEST_PLACE = 300
LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One published answer in words. `me_too` is what the button says."""

    address: str
    title: str
    standing: str
    why: str
    me_too: str


@dataclass(frozen=True, slots=True)
class PublicAlikePart:
    """`said` is what a screen reader hears once; `asked` where somebody pressed the button."""

    lines: list[PublicLine]
    said: str
    asked: bool = False


NOTHING = PublicAlikePart([], "")


def _line(found: PublicAlike) -> PublicLine:
    day = {"day": on_day(found.answered_at)}
    standing = _("Answered on %(day)s.") % day
    me_too = _("The same for me: send my letter, and say so")
    if found.open:
        standing = _("Answered on %(day)s, and being worked on again.") % day
        me_too = _("Me too: send my letter, and tell me when it is answered")
    return PublicLine(
        found.address, found.title, standing, why_in_words(found.why, came=False), me_too
    )


def alike_part(request: HttpRequest, given: Mapping[str, str], *, asked: bool) -> PublicAlikePart:
    """What is public about the same; nothing for a complaint about conduct, and nothing where too many
    looks came from one address or the database is busy: the letter can be sent in any case.
    """
    text = f"{given.get('title', '')}\n{given.get('body', '')}".replace("\0", " ")
    quiet = given.get("conduct") or given.get("named_units")
    if quiet or len("".join(text.split())) < FEWEST:
        return PublicAlikePart([], "", asked)
    place = given.get("place", "").replace("\0", " ")[:LONGEST_PLACE]
    code = given.get("category_code", "").replace("\0", "")[:LONGEST_CODE]
    try:
        count_try("public alike", address_of(request), most=LOOKS_PER_ADDRESS)
        lines = [_line(each) for each in public_alike(text, place, code)]
    except (TooMany, TooSlow):
        return PublicAlikePart([], "", asked)
    said = ngettext(
        "%(count)d published answer may be about the same; it stands before the button that sends.",
        "%(count)d published answers may be about the same; they stand before the button that sends.",
        len(lines),
    ) % {"count": len(lines)}
    return PublicAlikePart(lines, said if lines else "", asked)


@login_not_required
@same_origin
@never_cache
@require_POST
def write_alike(request: HttpRequest) -> HttpResponse:
    """The list for the script of the write-in page. What is asked stands in the body, never in an address."""
    part = alike_part(request, request.POST.dict(), asked=False)
    return render(request, "public_site/_alike.html", {"part": part})


urls = [path("write/alike/", write_alike, name="write_alike")]
