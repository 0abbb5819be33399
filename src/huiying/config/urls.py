"""All addresses. Each page's carries its language."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("huiying.config.monitoring")),
    *i18n_patterns(
        path("", include("huiying.faces.public_site.urls")),
        path("desk/", include("huiying.faces.staff_desk.urls")),
        path("gallery/", include("huiying.faces.look.urls")),
    ),
]
