from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "huiying.clocks"
    label = "clocks"
