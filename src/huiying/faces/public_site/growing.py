"""What grows: the same list as the desk's, at the same time, without the cases."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from huiying.faces.look.growing import growing_page


@login_not_required
@require_safe
def growing(request: HttpRequest) -> HttpResponse:
    """The matters that brought more letters in a week than usual; nobody releases or holds back the list."""
    page = growing_page(request.GET)
    return render(request, "public_site/growing.html", {"page": page})


urls = [path("growing/", growing, name="growing")]
