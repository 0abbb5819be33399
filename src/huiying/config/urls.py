"""All addresses. Each carries its language."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("", include("huiying.faces.public_site.urls")),
    path("desk/", include("huiying.faces.staff_desk.urls")),
    path("gallery/", include("huiying.faces.look.urls")),
)
