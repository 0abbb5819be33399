"""One way to the case that somebody should take up next."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.casework.queues import Wanted
from huiying.casework.upcoming import next_case, takes_up_cases
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.lists import query_of, wanted_of
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.replies.reads.listing import waiting_cases

REMEMBERED = 10  # cases passed over; further back, they may come again


def _left(text: str) -> list[int]:
    parts = [part for part in text.split(".") if part.isascii() and part.isdecimal()]
    return [int(part) for part in parts if len(part) < 16][-REMEMBERED:]


def way_to_next(actor: Actor, wanted: Wanted, number: int | None = None) -> str:
    """The address of the next case for this person, leaving the case `number`; empty for who takes none."""
    if not takes_up_cases(actor):
        return ""
    left = [each for each in _left(wanted.left) if each != number]
    if number is not None:
        left = [*left, number][-REMEMBERED:]
    return reverse("staff_desk:my_next") + query_of(Wanted(left=".".join(map(str, left))))


@require_safe
def my_next(request: HttpRequest) -> HttpResponse:
    """Go to the case to take up next, or to the queue where there is none left."""
    actor, wanted = actor_of(request), wanted_of(request.GET)
    if not takes_up_cases(actor):
        raise NotAllowed
    left = _left(wanted.left)
    in_review, to_review = waiting_cases(actor)
    number = next_case(actor, left=left, in_review=in_review, to_review=to_review)
    if number is None:
        said = _("Apart from what you passed over, nothing waits for you.")
        messages.info(request, said if left else _("Nothing waits for you now."))
        return redirect("staff_desk:queue")
    query = query_of(Wanted(left=wanted.left))
    return redirect(reverse("staff_desk:case", args=[number]) + query)


urls = [path("my-next/", my_next, name="my_next")]
