"""What `huiying doctor` asks of the programs that an installation leans on: mail, SMS, scanner, bucket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from huiying.config.findings import Finding, State, graded
from huiying.intake import keeping, scanning, uploads
from huiying.kernel.identifiers import random_label
from huiying.notices.delivery import longest_sms
from huiying.notices.posting import is_private
from huiying.notices.sms import segments

MOST_SEGMENTS = 3


def examine_outside() -> Iterator[Finding]:
    """Of those that the settings name, whether they can be used."""
    for look in (_mail, _sms, _webhook, _scanner, _bucket):
        yield from look()


def _mail() -> Iterator[Finding]:
    if settings.MAIL_BACKEND == "webhook":
        return
    if settings.MAIL_BACKEND == "smtp":
        address = f"{settings.SMTP_HOST}:{settings.SMTP_PORT}"
        yield graded(
            "mail",
            State.broken,
            f"The mail server {address} answers.",
            f"The mail server {address} does not answer.",
            "Check HUIYING_SMTP_HOST and HUIYING_SMTP_PORT.",
            well=_answers(settings.SMTP_HOST, settings.SMTP_PORT),
        )
        return
    folder = Path(settings.MAIL_FOLDER)
    there = folder if folder.exists() else folder.parent
    yield graded(
        "mail",
        State.broken,
        f"Mails are written to {folder}; none is sent.",
        f"Mails cannot be written to {folder}.",
        "Give the folder to the user that runs huiying, or set HUIYING_MAIL=smtp.",
        well=os.access(there, os.W_OK | os.X_OK),
    )


def _sms() -> Iterator[Finding]:
    if settings.SMS_BACKEND == "http":
        yield _reached("sms", "The SMS gateway", settings.SMS_URL, "HUIYING_SMS_URL")
    if settings.SMS_BACKEND != "off":
        cost = max(map(segments, longest_sms()))
        yield graded(
            "sms length",
            State.warning,
            f"An SMS to a resident takes at most {cost} segments.",
            f"An SMS to a resident takes up to {cost} segments, each of which is paid for.",
            "Shorten HUIYING_URL, HUIYING_AGENCY_ZH or HUIYING_AGENCY_EN.",
            well=cost <= MOST_SEGMENTS,
        )


def _webhook() -> Iterator[Finding]:
    if "webhook" in {settings.MAIL_BACKEND, settings.SMS_BACKEND}:
        yield _reached(
            "webhook",
            "The program that passes notices on",
            settings.WEBHOOK_URL,
            "HUIYING_WEBHOOK_URL",
        )


def _reached(check: str, what: str, address: str, variable: str) -> Finding:
    """Whether the machine of an address takes connections; nothing is sent to it."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return graded(
        check,
        State.broken,
        f"{what} at {parts.hostname} answers.",
        f"{what} at {parts.hostname} does not answer.",
        f"Check {variable}, and that this machine may reach it.",
        well=is_private(address) and _answers(parts.hostname or "", port),
    )


def _scanner() -> Iterator[Finding]:
    if settings.CLAMD:
        yield graded(
            "scanner",
            State.broken,
            f"The virus scanner {settings.CLAMD} answers.",
            f"The virus scanner {settings.CLAMD} does not answer: no file is taken.",
            "Start clamd, or check HUIYING_CLAMD.",
            well=scanning.answers(),
        )


def _bucket() -> Iterator[Finding]:
    if settings.FILES_BUCKET:
        problem = _trouble_with_bucket()
        yield graded(
            "bucket",
            State.broken,
            f"The bucket {settings.FILES_BUCKET.bucket} takes, gives and removes files.",
            f"The bucket {settings.FILES_BUCKET.bucket} cannot be used: no file is taken. {problem}",
            "Check the settings HUIYING_S3_… and that its key may put, get, delete and list objects.",
            well=not problem,
        )


def _trouble_with_bucket() -> str:
    store, name, content = keeping.store(), random_label(uploads.NAME_LETTERS), b"huiying doctor"
    try:
        store.write(name, [content])
        with store.open(name) as source:
            same = source.read() == content
        store.remove(name)
        next(store.listed(), None)
    except OSError as error:
        return str(error)
    return "" if same else "It gives back other bytes than it was given."


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False
