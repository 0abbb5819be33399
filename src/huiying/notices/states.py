from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How somebody hears of what happened. The page shows everything, whatever else was chosen."""

    PAGE = "page", _("On the page alone")
    MAIL = "mail", _("By e-mail")
    SMS = "sms", _("By text message")


# Sent by the worker, without anybody's hand.
SENT_BY_MACHINE = (Way.MAIL, Way.SMS)
