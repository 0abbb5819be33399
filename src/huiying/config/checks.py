"""Django's system checks for an installation: each with an id and a hint that mends it."""

import json
import os
import re
import stat
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.http.request import validate_host

from huiying.config import environment, keys
from huiying.config.migrating import ALL_RIGHTS
from huiying.intake.ways import NEEDS
from huiying.notices import sms
from huiying.notices.posting import is_private
from huiying.notices.states import Way

LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_installation(**_: Any) -> list[CheckMessage]:
    """All checks of this module; none asks the database. `apps.py` registers it."""
    return [message for check in CHECKS for message in check()]


def data_folder_is_ours() -> Iterator[CheckMessage]:
    """E001: attachments, keys and mails need a folder that can be written."""
    if not os.access(settings.DATA, os.W_OK | os.X_OK):
        yield Error(
            f"The data folder {settings.DATA} cannot be written.",
            hint="Give it to the user that runs huiying, or name another one with HUIYING_DATA.",
            id="huiying.E001",
        )


def keys_are_closed() -> Iterator[CheckMessage]:
    """E002: whoever can read the key file can read every contact."""
    path = settings.DATA / keys.FILE_NAME
    if environment.text("HUIYING_KEYS") or not path.exists():
        return
    if path.stat().st_mode & OTHERS:
        yield Error(
            f"The key file {path} can be read by others.",
            hint=f"chmod 600 {path}",
            id="huiying.E002",
        )


def address_is_answered() -> Iterator[CheckMessage]:
    """E003: mails carry links to the published address."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    shown = f"[{host}]" if ":" in host else host
    if not validate_host(shown, settings.ALLOWED_HOSTS):
        yield Error(
            f"HUIYING_URL names the host {host}, which HUIYING_HOSTS does not allow.",
            hint=f"Add it: HUIYING_HOSTS={','.join([*settings.ALLOWED_HOSTS, shown])}",
            id="huiying.E003",
        )


def brief_hour_is_an_hour() -> Iterator[CheckMessage]:
    """E004: the hour at which the daily brief is frozen."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", settings.BRIEF_HOUR):
        yield Error(
            f"HUIYING_BRIEF_HOUR is {settings.BRIEF_HOUR!r}, which is no time of day.",
            hint="Write it as 07:00.",
            id="huiying.E004",
        )


def gateways_are_private() -> Iterator[CheckMessage]:
    """E007: telephone numbers travel to the SMS gateway and the webhook."""
    used = {settings.MAIL_BACKEND, settings.SMS_BACKEND}
    for name, address in (("SMS", settings.SMS_URL), ("WEBHOOK", settings.WEBHOOK_URL)):
        back_end = {"SMS": "http", "WEBHOOK": "webhook"}[name]
        if back_end in used and not is_private(address):
            yield Error(
                f"HUIYING_{name}_URL must begin with https, or name this machine.",
                hint="Addresses and numbers of residents would travel in clear text.",
                id="huiying.E007",
            )


def sms_body_is_a_form() -> Iterator[CheckMessage]:
    """E008: what the SMS gateway is sent."""
    if settings.SMS_BACKEND != "http":
        return
    try:
        known = isinstance(json.loads(settings.SMS_BODY), dict)
    except ValueError:
        known = False
    if not known or any(part not in settings.SMS_BODY for part in sms.NEEDED):
        yield Error(
            "HUIYING_SMS_BODY must be a JSON object whose strings hold {to} and {text}.",
            hint="How to write it: docs/operations.md, “SMS”.",
            id="huiying.E008",
        )


def ways_are_there() -> Iterator[CheckMessage]:
    """E010: what residents may choose must be something that can be done."""
    unknown = sorted(set(settings.ANSWER_WAYS) - set(NEEDS))
    if unknown:
        yield Error(
            f"HUIYING_ANSWER_WAYS names {', '.join(unknown)}, which is no way to reach anybody.",
            hint=f"It may hold {', '.join(NEEDS)}.",
            id="huiying.E010",
        )
    if Way.SMS in settings.ANSWER_WAYS and settings.SMS_BACKEND == "off":
        yield Error(
            "HUIYING_ANSWER_WAYS offers text messages, but HUIYING_SMS is off.",
            hint="Set up a gateway (docs/operations.md, “SMS”), or take sms out.",
            id="huiying.E010",
        )


def sms_prefixes_are_prefixes() -> Iterator[CheckMessage]:
    """E011: a prefix without its plus would let no number through."""
    prefixes = all(re.fullmatch(r"\+\d{1,14}", each) for each in settings.SMS_PREFIXES)
    if not prefixes or not re.fullmatch(r"\d{1,3}", settings.SMS_COUNTRY):
        yield Error(
            "HUIYING_SMS_PREFIXES must hold beginnings of numbers, HUIYING_SMS_COUNTRY a country code.",
            hint="Write them as HUIYING_SMS_PREFIXES=+8613,+8615 and HUIYING_SMS_COUNTRY=86.",
            id="huiying.E011",
        )


def webhook_is_signed() -> Iterator[CheckMessage]:
    """E009: without a key anybody could send the other side messages in our name."""
    if "webhook" in {settings.MAIL_BACKEND, settings.SMS_BACKEND} and not settings.WEBHOOK_KEY:
        yield Error(
            "HUIYING_WEBHOOK_KEY is missing.",
            hint="Make one, for example with: openssl rand -hex 32. The other side needs it, too.",
            id="huiying.E009",
        )


def rights_are_known() -> Iterator[CheckMessage]:
    """E005: `database_rights` of a model may restrict the usual rights, never add one."""
    for model in apps.get_models(include_auto_created=True):
        if not frozenset(getattr(model, "database_rights", ())) <= ALL_RIGHTS:
            yield Error(
                f"database_rights may hold {', '.join(sorted(ALL_RIGHTS))} and nothing else.",
                hint="The application's role never gets TRUNCATE, TRIGGER or REFERENCES.",
                obj=model,
                id="huiying.E005",
            )


def connection_is_private() -> Iterator[CheckMessage]:
    """W001: letters and passwords in clear text."""
    if not _is_local() and urlsplit(settings.SITE_URL).scheme != "https":
        yield Warning(
            "Letters and passwords travel in clear text: HUIYING_URL begins with http.",
            hint="Put a web server with a certificate (nginx, Caddy) in front of the desk, then set "
            "HUIYING_URL=https://your.name. How: docs/operations.md, “Behind a proxy”.",
            id="huiying.W001",
        )


def debugging_is_local() -> Iterator[CheckMessage]:
    """W002: a debug page shows settings and rows to whoever causes an error."""
    if settings.DEBUG and not set(settings.ALLOWED_HOSTS) <= LOCAL_NAMES | {"[::1]"}:
        yield Warning(
            "HUIYING_DEBUG is on and other machines may call: error pages show what is inside.",
            hint="Where residents write in, start without HUIYING_DEBUG. To try something out on this "
            "machine alone, start without HUIYING_HOSTS.",
            id="huiying.W002",
        )


def mail_is_sent() -> Iterator[CheckMessage]:
    """W004: a public installation whose mails stay in a folder."""
    if settings.MAIL_BACKEND == "file" and not _is_local():
        yield Warning(
            f"Mails are written to {settings.MAIL_FOLDER} and reach nobody.",
            hint="Set HUIYING_MAIL=smtp and HUIYING_SMTP_HOST to your mail server. "
            "What else it may need: docs/operations.md.",
            id="huiying.W004",
        )


def _is_local() -> bool:
    return (urlsplit(settings.SITE_URL).hostname or "") in LOCAL_NAMES


CHECKS = [
    data_folder_is_ours,
    keys_are_closed,
    address_is_answered,
    brief_hour_is_an_hour,
    gateways_are_private,
    sms_body_is_a_form,
    sms_prefixes_are_prefixes,
    webhook_is_signed,
    ways_are_there,
    rights_are_known,
    connection_is_private,
    debugging_is_local,
    mail_is_sent,
]
