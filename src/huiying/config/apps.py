from django.apps import AppConfig
from django.core.checks import register

from huiying.config.checks import check_installation


class ConfigConfig(AppConfig):
    name = "huiying.config"
    label = "config"

    def ready(self) -> None:
        # Models load before these.
        from huiying.config.sign_in_checks import check_agency_sign_in  # noqa: PLC0415
        from huiying.config.wiring import wire  # noqa: PLC0415

        wire()
        register(check_agency_sign_in, "huiying")
        register(check_installation, "huiying")
