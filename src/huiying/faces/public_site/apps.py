from django.apps import AppConfig


class PublicSiteConfig(AppConfig):
    name = "huiying.faces.public_site"
    label = "public_site"
