from django.apps import AppConfig
from django.core.checks import register

from huiying.config.checks import check_installation


class ConfigConfig(AppConfig):
    name = "huiying.config"
    label = "config"

    def ready(self) -> None:
        from huiying.config.wiring import wire  # noqa: PLC0415 - models load before this

        wire()
        register(check_installation, "huiying")
