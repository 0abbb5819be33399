"""Files of letters, for those who may read the letter at the moment of asking."""

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from huiying.casework.enclosed import attachment_for_staff
from huiying.faces.look.files import file_response
from huiying.faces.staff_desk.asking import actor_of
from huiying.intake.files import SMALL, Link, check_link, open_file


def address_of_file(link: Link) -> str:
    """Where the desk serves this link."""
    return reverse("staff_desk:file", args=[link.label, link.what, link.until, link.mark])


@require_safe
def file(
    request: HttpRequest, label: str, what: str, until: int, mark: str
) -> StreamingHttpResponse:
    """One file, by a link that was made for this person and still lives."""
    actor = actor_of(request)
    check_link(Link(label, what, until, mark), actor)
    row = attachment_for_staff(actor, label)
    return file_response(open_file(row, small=what == SMALL))


urls = [path("files/<str:label>/<str:what>/<int:until>/<str:mark>/", file, name="file")]
