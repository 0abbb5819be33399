from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "huiying.faces.look"
    label = "look"
