from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "huiying.kernel"
    label = "kernel"
