from django.apps import AppConfig


class GrowingConfig(AppConfig):
    name = "huiying.insight.growing"
    label = "growing"
