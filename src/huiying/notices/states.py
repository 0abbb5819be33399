from django.db import models


class Way(models.TextChoices):
    """By which channel a notice reaches somebody."""

    MAIL = "mail"
    SMS = "sms"
