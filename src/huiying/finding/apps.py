from django.apps import AppConfig


class FindingConfig(AppConfig):
    name = "huiying.finding"
    label = "finding"
