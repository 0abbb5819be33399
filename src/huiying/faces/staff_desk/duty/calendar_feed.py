"""The calendar feed of one person: open to whoever has the link."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from huiying.agencies.duty.feeds import feed_for, written
from huiying.kernel.limits import address_for_counting, count_try
from huiying.kernel.refusals import NotFound

WRONG_ONES = 60


@login_not_required
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """An iCalendar file; a wrong or ended link is not there, and is counted by address."""
    try:
        found = feed_for(token)
    except NotFound:
        count_try("duty feed", address_for_counting(request.META["REMOTE_ADDR"]), most=WRONG_ONES)
        raise
    response = HttpResponse(written(found), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="duty.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


urls = [path("duty/feed/<str:token>.ics", calendar, name="duty_calendar")]
