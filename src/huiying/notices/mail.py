"""Notices as mails: into a folder, or to an SMTP server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from pathlib import Path

from django.conf import settings

from huiying.notices.folders import write_whole
from huiying.notices.parcels import Parcel
from huiying.notices.return_paths import return_path

SECONDS = 20


def as_mail(parcel: Parcel) -> EmailMessage:
    """The mail for one parcel: the same Message-ID however often it is sent."""
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = parcel.subject
    mail["From"] = settings.MAIL_FROM
    mail["To"] = parcel.address
    mail["Date"] = format_datetime(parcel.made_at)
    mail["Message-ID"] = f"<{parcel.name}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(parcel.text.strip() + "\n")
    return mail


class MailFolder:
    """Writes each mail to `<folder>/<message id>.eml`; the same mail again replaces its file.

    No address stands in them: a folder of mails would link the letters of one person.
    """

    needs_address = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, parcel: Parcel) -> int:
        name = parcel.name.partition("@")[0]
        write_whole(self.folder, f"{name}.eml", as_mail(parcel).as_bytes())
        return 1


class SmtpServer:
    """Hands each mail to the agency's SMTP server."""

    needs_address = True

    def send(self, parcel: Parcel) -> int:
        mail = as_mail(parcel)
        with self._connection() as server:
            if settings.SMTP_TLS == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.SMTP_USER:
                server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
            server.send_message(mail, from_addr=return_path(parcel.row, parcel.name))
        return 1

    def _connection(self) -> smtplib.SMTP:
        """Over TLS the server must show a certificate that this machine trusts."""
        if settings.SMTP_TLS != "tls":
            return smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=SECONDS)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.SMTP_HOST, settings.SMTP_PORT, timeout=SECONDS, context=context
        )
