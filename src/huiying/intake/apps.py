from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "huiying.intake"
    label = "intake"
