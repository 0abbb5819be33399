"""Where a mail that cannot be delivered comes back to: an address of its own for each message.

`desk+<row>-<key>-<mark>@…` (variable envelope return paths). The mark is an HMAC that only this desk can
make, so nobody can have a mail counted as lost that they never got.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings

from huiying.kernel import keys
from huiying.notices.models import Outgoing

MARK_LETTERS = 24  # 120 bits; mail servers fold capitals, so base 32
TOKEN = re.compile(r"\+(\d{1,18})-(\d{1,5})-([a-z2-7]{24})$")


def _mark(row: int, name: str, key_number: int) -> str:
    key = keys.for_purpose("return path", key_number)
    digest = hmac.digest(key, f"{row}\0{name}".encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:MARK_LETTERS]


def return_path(row: int, name: str) -> str:
    """The envelope sender of one message; that of all mails where no address for bounces is set."""
    if not settings.BOUNCES:
        return str(settings.MAIL_FROM)
    local, _at, domain = settings.BOUNCES.rpartition("@")
    number = keys.newest()
    return f"{local}+{row}-{number}-{_mark(row, name, number)}@{domain}"


def notice_at(address: str) -> int | None:
    """The row whose return path this is; None for anything else, however well it is forged."""
    local, _at, domain = address.strip().lower().rpartition("@")
    ours, _at, our_domain = str(settings.BOUNCES).lower().rpartition("@")
    found = TOKEN.search(local)
    if found is None or domain != our_domain or local[: found.start()] != ours:
        return None
    row, number, mark = int(found[1]), int(found[2]), found[3]
    name = Outgoing.objects.filter(pk=row).values_list("message_id", flat=True).first()
    try:
        wanted = _mark(row, name or "", number)
    except KeyError:  # the ring no longer holds that key
        return None
    return row if name and hmac.compare_digest(wanted, mark) else None
