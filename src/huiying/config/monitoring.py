"""The addresses for machines that watch over this one. None has a language, and none asks who calls."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from huiying.config.health import Readiness, serves
from huiying.config.metrics import exposition, may_read

_readiness = Readiness()


@login_not_required
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """200 while this process answers."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 where pages can be served, 503 where not."""
    parts = _readiness.parts()
    return JsonResponse(parts, status=200 if serves(parts) else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's text format; not there for whoever may not read it."""
    if not may_read(request):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


app_name = "monitoring"
urlpatterns = [
    path("health/live", live, name="live"),
    path("health/ready", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
]
