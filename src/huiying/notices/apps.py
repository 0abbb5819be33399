from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "huiying.notices"
    label = "notices"
