"""Files of a letter, for the writer who has it open."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from huiying.casework.enclosed import attachment_for_writer
from huiying.faces.look.files import file_response
from huiying.faces.public_site.opened import opened
from huiying.intake.files import SMALL, Link, check_link, open_file
from huiying.kernel.refusals import NotFound


def address_of_file(link: Link) -> str:
    """Where the writer's pages serve this link: below the path to which the opened letter is bound."""
    return reverse("public_site:letter_file", args=[link.label, link.what, link.until, link.mark])


@login_not_required
@require_safe
def file(
    request: HttpRequest, label: str, what: str, until: int, mark: str
) -> StreamingHttpResponse:
    """One file of the letter that this browser has open, by a link that still lives."""
    actor = opened(request)
    if actor is None:
        raise NotFound
    check_link(Link(label, what, until, mark), actor)
    row = attachment_for_writer(actor, label)
    return file_response(open_file(row, small=what == SMALL))


urls = [
    path(
        "follow/letter/files/<str:label>/<str:what>/<int:until>/<str:mark>/",
        file,
        name="letter_file",
    )
]
