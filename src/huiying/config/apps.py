from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "huiying.config"
    label = "config"

    def ready(self) -> None:
        from huiying.config.wiring import wire  # noqa: PLC0415 - models load before this

        wire()
