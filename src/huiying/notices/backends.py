"""Which back end each channel has here: the settings say."""

from django.conf import settings

from huiying.notices.errors import SwitchedOff
from huiying.notices.mail import MailFolder, SmtpServer
from huiying.notices.parcels import Channel
from huiying.notices.sms import SmsFolder, SmsGateway
from huiying.notices.states import Way
from huiying.notices.webhook import Webhook


def channel(way: str) -> Channel:
    """The back end of this channel. Raises SwitchedOff where it has none."""
    if way == Way.MAIL:
        return _mail()
    if way == Way.SMS:
        return _sms()
    raise SwitchedOff


def _mail() -> Channel:
    if settings.MAIL_BACKEND == "smtp":
        return SmtpServer()
    return Webhook() if settings.MAIL_BACKEND == "webhook" else MailFolder(settings.MAIL_FOLDER)


def _sms() -> Channel:
    if settings.SMS_BACKEND == "http":
        return SmsGateway()
    if settings.SMS_BACKEND == "webhook":
        return Webhook()
    if settings.SMS_BACKEND == "file":
        return SmsFolder(settings.MAIL_FOLDER)
    raise SwitchedOff
