from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "huiying.record"
    label = "record"
