from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "huiying.routing"
    label = "routing"
