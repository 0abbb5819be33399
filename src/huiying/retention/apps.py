from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "huiying.retention"
    label = "retention"
