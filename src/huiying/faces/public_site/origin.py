"""Forms that need no session: a page kept in a cache still works, and another site's form does not."""

import functools
from collections.abc import Callable
from typing import Concatenate

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from huiying.kernel.limits import address_for_counting
from huiying.kernel.refusals import Refusal


# One household or one phone has a whole network of this size (RFC 6177).
class OtherSite(Refusal):
    code = "other_site"
    status = 403
    sentence = _("This form was sent from another site. Open our page and send it from there.")


def from_here(request: HttpRequest) -> bool:
    """Whether a browser says that its own page of this site sent the form.

    Browsers send Origin or Sec-Fetch-Site with every cross-site POST; a client that sends neither
    carries nobody's cookies along.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def same_origin[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Check Origin instead of a token on POST; raises OtherSite.

    The form is read as UTF-8 whatever it claims, so that what is no text comes out as U+FFFD.
    """

    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            if not from_here(request):
                raise OtherSite
            if request.encoding != "utf-8":
                request.encoding = "utf-8"
        return view(request, *args, **kwargs)

    return csrf_exempt(checked)


def address_of(request: HttpRequest) -> str:
    """What rate limits count by; it is kept nowhere."""
    return address_for_counting(str(request.META.get("REMOTE_ADDR", "")))
