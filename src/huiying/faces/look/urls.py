from django.urls import path

from huiying.faces.look import views

app_name = "look"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("resident/", views.gallery_resident, name="gallery_resident"),
    path("case/", views.gallery_case, name="gallery_case"),
    path("theme/", views.set_theme, name="theme"),
]
