from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "huiying.doors"
    label = "doors"
