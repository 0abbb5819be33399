from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "huiying.agencies"
    label = "agencies"
