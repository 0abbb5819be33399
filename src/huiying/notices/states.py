from django.db import models
from django.utils.translation import gettext_lazy as _

from huiying.kernel.lifecycles import Step, step


class Way(models.TextChoices):
    """How somebody hears of what happened. The page shows everything, whatever else was chosen."""

    PAGE = "page", _("On the page alone")
    MAIL = "mail", _("By e-mail")
    SMS = "sms", _("By text message")


class Result(models.TextChoices):
    """How a notice ended; empty while it waits."""

    WAITING = "", _("On its way")
    SENT = "sent", _("Sent")
    NO_ADDRESS = "no_address", _("Nobody to send it to")
    WITHDRAWN = "withdrawn", _("The letter was withdrawn first")
    GAVE_UP = "gave_up", _("Could not be sent")
    BOUNCED = "bounced", _("Came back")


FAILED = (Result.GAVE_UP, Result.BOUNCED)
# By whom: the worker, and a mail server that tells the worker afterwards.
STEPS: tuple[Step[Result], ...] = (
    step("send", {Result.WAITING}, Result.SENT, "system"),
    step("find_nobody", {Result.WAITING}, Result.NO_ADDRESS, "system"),
    step("leave_in_peace", {Result.WAITING}, Result.WITHDRAWN, "system"),
    step("give_up", {Result.WAITING}, Result.GAVE_UP, "system"),
    step("bounce", {Result.SENT}, Result.BOUNCED, "system"),
)
