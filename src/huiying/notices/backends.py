"""Where a composed mail goes: into a folder, or to an SMTP server."""

import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from django.conf import settings

SECONDS = 20


class Backend(Protocol):
    """Takes one mail; raises OSError or smtplib.SMTPException where it could not.

    `needs_address` is False for a back end that leads nowhere: its mails carry the recipient's label.
    """

    needs_address: bool

    def send(self, mail: EmailMessage) -> None: ...


class FileBackend:
    """Writes each mail to `<folder>/<message id>.eml`; the same mail again replaces its file.

    No address stands in them: a folder of mails would link the letters of one person.
    """

    needs_address = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = mail["Message-ID"].strip("<>").partition("@")[0]
        fresh = self.folder / f".{name}.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / f"{name}.eml")


class SmtpBackend:
    """Hands each mail to the agency's SMTP server."""

    needs_address = True

    def send(self, mail: EmailMessage) -> None:
        with self._connection() as server:
            if settings.SMTP_TLS == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.SMTP_USER:
                server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
            server.send_message(mail)

    def _connection(self) -> smtplib.SMTP:
        """Over TLS the server must show a certificate that this machine trusts."""
        if settings.SMTP_TLS != "tls":
            return smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=SECONDS)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.SMTP_HOST, settings.SMTP_PORT, timeout=SECONDS, context=context
        )


def backend() -> Backend:
    """The back end that `HUIYING_MAIL` names."""
    return SmtpBackend() if settings.MAIL_BACKEND == "smtp" else FileBackend(settings.MAIL_FOLDER)
