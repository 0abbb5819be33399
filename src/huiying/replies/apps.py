from django.apps import AppConfig


class RepliesConfig(AppConfig):
    name = "huiying.replies"
    label = "replies"
