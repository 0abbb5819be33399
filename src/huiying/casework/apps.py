from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "huiying.casework"
    label = "casework"
