from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "huiying.agencies.duty"
    label = "duty"
