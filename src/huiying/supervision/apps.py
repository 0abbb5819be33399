from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "huiying.supervision"
    label = "supervision"
