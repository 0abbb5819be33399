"""The gallery of every component, and the switch between light and dark."""

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from huiying.faces.look import samples
from huiying.faces.look.context import THEME_COOKIE, THEMES

YEAR: Final = 365 * 24 * 60 * 60


@login_not_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "look/gallery.html", {"page": samples.gallery()})


@login_not_required
@require_GET
def gallery_resident(request: HttpRequest) -> HttpResponse:
    return render(request, "look/gallery_resident.html", {"page": samples.resident()})


@login_not_required
@require_GET
def gallery_case(request: HttpRequest) -> HttpResponse:
    return render(request, "look/gallery_case.html", {"page": samples.case()})


# No token: a cached page must still be able to switch, and the act only sets a cookie of three values.
@login_not_required
@csrf_exempt
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own, and go back to the page that asked."""
    address = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        address = "/"
    response = HttpResponseRedirect(address)
    theme = request.POST.get("theme", "auto")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response
